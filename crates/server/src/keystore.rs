//! Sets up the keystore of a home, connects it with the databases, and renews what authenticates their rows.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use ipse_keys::{FileKeyStore, KeyStore};
use ipse_protocol::{Clock, Random};
use ipse_scheme::evidence_signer;
use ipse_scheme::rows::{self, Rows};
use ipse_scheme::setup::{self, Databases};

use crate::config::{BANK_CLIENT_KEY, BANK_USERINFO_KEY, OPERATOR_CLIENT_KEY, ServerConfig};
use crate::openid::id_token_keys::{self, IdTokenKeys};
use crate::server::{open_databases, row_keys};

/// Makes each key that a server needs, in a keystore that makes keys; also those for operators and banks, so that one can be
/// added to the configuration later.
///
/// # Errors
/// The keystore's.
pub fn make_keys(keys: &dyn KeyStore, random: &Random) -> Result<(), ipse_keys::Error> {
    setup::make_keys(keys, random)?;
    id_token_keys::make(keys, 1)?;
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
        databases.check_unused(FileKeyStore::exists(&dir)?)?;
    }
    let keys = FileKeyStore::init(&dir, &|keys| make_keys(keys, random))
        .context("cannot set up the keystore")?;
    databases.connect(&keys, random)?;
    if !keys.rows_sealed() {
        scheme.authenticate(row_keys(&keys)?);
        // Of a new home. The rows of an older one get their MACs when an administrator says so.
        if rows::check(&scheme)?.wrong.is_none() {
            keys.set_rows_sealed()?;
            databases.connect(&keys, random)?;
        }
    }
    Ok(keys)
}

/// Makes new keys for ID tokens and for evidence. The ones before stay: those of ID tokens are published beside the new ones until the
/// next change, and tokens that they signed remain hints; those of evidence are published for ten years after the next start.
///
/// # Errors
/// When the scheme runs, and when keystore and databases do not belong together.
pub fn rotate(
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
    let keys = FileKeyStore::open(&dir).context("cannot open the keystore")?;
    databases.check(&keys)?;
    let version = IdTokenKeys::open(&keys)?.next_version();
    let (evidence, _) = evidence_signer::newest(&keys)?;
    drop(keys);
    let made = FileKeyStore::init(&dir, &|keys| {
        id_token_keys::make(keys, version)?;
        evidence_signer::make_version(keys, evidence + 1)
    });
    let keys = made.context("cannot make new keys for ID tokens and evidence")?;
    databases.connect(&keys, random)?;
    Ok(keys)
}

/// Gives each row of a database of before rows had MACs its first one. From then on, a row without is refused. Returns how many
/// rows there are.
///
/// # Errors
/// When it was done before, when the scheme runs, when keystore and databases do not belong together, and for the row of a device
/// that the scheme did not write.
pub fn upgrade(
    home: &Path,
    config: &ServerConfig,
    clock: &Clock,
    random: &Random,
) -> anyhow::Result<u64> {
    alone(home, config, clock, |keys, databases| {
        if keys.rows_sealed() {
            bail!(
                "each row has its MAC already: one without is not of this scheme, and stays refused"
            );
        }
        databases.connect(&keys, random)?;
        databases.scheme.authenticate(row_keys(&*keys)?);
        let done = rows::adopt(databases.scheme, keys.clone())?;
        refuse(
            &done,
            "restore the database from a backup that is sound, and run the command again",
        )?;
        keys.set_rows_sealed()?;
        databases.connect(&keys, random)?;
        Ok(done.rows)
    })
}

/// Replaces the key of rows by a new one: each row gets its MAC under it, and the key of before is destroyed. What has its MAC
/// only under that key, such as a row that somebody puts back from a copy, is refused afterwards. Returns how many rows there are.
///
/// # Errors
/// When the scheme runs, when keystore and databases do not belong together, and for a row that the scheme did not write; then
/// both keys stay accepted, and the command can be run again.
pub fn roll(
    home: &Path,
    config: &ServerConfig,
    clock: &Clock,
    random: &Random,
) -> anyhow::Result<u64> {
    alone(home, config, clock, |keys, databases| {
        databases.check(&*keys)?;
        keys.begin_roll()?;
        databases.connect(&keys, random)?;
        databases.scheme.authenticate(row_keys(&*keys)?);
        let done = rows::renew(databases.scheme)?;
        refuse(
            &done,
            "find out who wrote it (docs/running.md), remove or restore it, and run the command again",
        )?;
        keys.end_roll()?;
        databases.connect(&keys, random)?;
        Ok(done.rows)
    })
}

/// Runs a change of a keystore that no other process has open.
fn alone<T>(
    home: &Path,
    config: &ServerConfig,
    clock: &Clock,
    change: impl FnOnce(Arc<FileKeyStore>, Databases<'_>) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let keys = FileKeyStore::open_alone(&home.join("keys")).context("cannot open the keystore")?;
    let (scheme, persons) = open_databases(config, clock)?;
    let databases = Databases {
        scheme: &scheme,
        persons: &persons,
    };
    change(Arc::new(keys), databases)
}

fn refuse(done: &Rows, next: &str) -> anyhow::Result<()> {
    match &done.wrong {
        None => Ok(()),
        Some(row) => bail!("this scheme did not write a row of the database ({row}): {next}"),
    }
}
