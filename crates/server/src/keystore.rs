//! Sets up the keystore of a home, and connects it with the databases.

use std::path::Path;

use anyhow::Context;
use ipse_jose::Alg;
use ipse_keys::{FileKeyStore, KeyStore};
use ipse_protocol::{Clock, Random};
use ipse_scheme::setup::{self, Databases};

use crate::config::{BANK_CLIENT_KEY, BANK_USERINFO_KEY, OPERATOR_CLIENT_KEY, ServerConfig};
use crate::openid::{ID_TOKEN_ES256, ID_TOKEN_RS256};
use crate::server::open_databases;

/// Makes each key that a server needs, in a keystore that makes keys; also those for operators and banks, so that one can be
/// added to the configuration later.
///
/// # Errors
/// The keystore's.
pub fn make_keys(keys: &dyn KeyStore, random: &Random) -> Result<(), ipse_keys::Error> {
    setup::make_keys(keys, random)?;
    keys.signing_with(ID_TOKEN_ES256, Alg::Es256)?;
    keys.signing_with(ID_TOKEN_RS256, Alg::Rs256)?;
    keys.signing(OPERATOR_CLIENT_KEY)?;
    keys.signing(BANK_CLIENT_KEY)?;
    keys.decryption(BANK_USERINFO_KEY).map(drop)
}

/// Makes the keystore of a home, or the keys that it misses, and connects it with the databases.
///
/// # Errors
/// When keystore and databases do not belong together, when a key file is missing or was changed, and when the scheme runs and
/// something must change.
pub fn init(
    home: &Path,
    config: &ServerConfig,
    clock: &Clock,
    random: &Random,
) -> anyhow::Result<FileKeyStore> {
    let dir = home.join("keys");
    let (scheme, persons) = open_databases(config, clock)?;
    let databases = Databases {
        scheme: &scheme,
        persons: &persons,
    };
    if !FileKeyStore::has_inventory(&dir)? {
        databases.check_unused()?;
    }
    let keys = FileKeyStore::init(&dir, &|keys| make_keys(keys, random))
        .context("cannot set up the keystore")?;
    databases.connect(&keys, random)?;
    Ok(keys)
}
