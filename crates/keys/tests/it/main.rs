//! The file keystore: what it stores, refuses and destroys.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test ends at a panic"
)]

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Barrier;
use std::thread;

use ipse_jose::jwe::{self, Enc, KeyAlg};
use ipse_jose::{Alg, jws};
use ipse_keys::{Error, FileKeyStore, KeyStore};
use tempfile::TempDir;

mod inventory;
mod rows;

fn home() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// The files of keys that are listed whatever is asked for.
const ALWAYS: [&str; 3] = ["master.key", "root.mac.key", "secret.rows+1.key"];

fn key_files(dir: &Path) -> Vec<String> {
    let mut names = files(dir);
    names.retain(|name| name.ends_with(".key"));
    names
}

/// A keystore with what `make` asks for, opened as a server opens it.
fn made(dir: &Path, make: &dyn Fn(&dyn KeyStore) -> Result<(), Error>) -> FileKeyStore {
    drop(FileKeyStore::init(dir, make).unwrap());
    FileKeyStore::open(dir).unwrap()
}

fn files(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn keys_are_made_once_and_found_again() {
    let home = home();
    let dir = home.path().join("keys");
    let first = made(&dir, &|keys| {
        for alg in Alg::ALL {
            keys.signing_with("test/sign/1", alg)?;
        }
        for alg in [KeyAlg::EcdhEs, KeyAlg::RsaOaep256] {
            keys.decryption_with("test/enc/1", alg)?;
        }
        keys.secret("test/secret")?;
        keys.seal("test/seal", b"", b"")?;
        keys.secret_bytes("test/setup/1", &|| b"first".to_vec())
            .map(drop)
    });
    let second = FileKeyStore::open(&dir).unwrap();
    for alg in Alg::ALL {
        let key = first.signing_with("test/sign/1", alg).unwrap();
        let again = second.signing_with("test/sign/1", alg).unwrap();
        assert_eq!(key.kid(), again.kid());
        let token = jws::sign(&key, "test+jwt", b"{}").unwrap();
        jws::verify(&token, 4096, &again.verifying_key(), &["test+jwt"]).unwrap();
    }
    for (alg, enc) in [
        (KeyAlg::EcdhEs, Enc::A256Gcm),
        (KeyAlg::RsaOaep256, Enc::A128CbcHs256),
    ] {
        let public = first
            .decryption_with("test/enc/1", alg)
            .unwrap()
            .public_jwk();
        let token = jwe::encrypt(&public, alg, enc, None, b"hello").unwrap();
        let key = second.decryption_with("test/enc/1", alg).unwrap();
        assert_eq!(jwe::decrypt(&key, &token).unwrap().1, b"hello");
    }
    assert_eq!(
        first.secret("test/secret").unwrap(),
        second.secret("test/secret").unwrap()
    );
    assert_eq!(first.mac("test/mac", b"x"), second.mac("test/mac", b"x"));
    let sealed = first.seal("test/seal", b"aad", b"plain").unwrap();
    assert_eq!(
        *second.open("test/seal", b"aad", &sealed).unwrap(),
        b"plain"
    );
    let bytes = first.secret_bytes("test/setup/1", &|| b"first".to_vec());
    assert_eq!(*bytes.unwrap(), b"first");
    let bytes = second.secret_bytes("test/setup/1", &|| b"second".to_vec());
    assert_eq!(*bytes.unwrap(), b"first");
    assert!(!first.is_production());
}

#[test]
fn two_purposes_have_different_keys() {
    let home = home();
    let keys = made(home.path(), &|keys| {
        for purpose in ["a/b", "a/c"] {
            keys.secret(purpose)?;
            keys.signing(purpose)?;
            keys.seal(purpose, b"", b"")?;
        }
        Ok(())
    });
    assert_ne!(keys.secret("a/b").unwrap(), keys.secret("a/c").unwrap());
    assert_ne!(keys.mac("a/b", b"x"), keys.mac("a/c", b"x"));
    assert_ne!(
        keys.signing("a/b").unwrap().kid(),
        keys.signing("a/c").unwrap().kid()
    );
    let sealed = keys.seal("a/b", b"", b"plain").unwrap();
    keys.seal("a/c", b"", b"plain").unwrap();
    assert!(matches!(keys.open("a/c", b"", &sealed), Err(Error::Open)));
    for purpose in [
        "", "/a", "a/", "a//b", "../a", "a/../b", ".a", "A", "a b", "a+b",
    ] {
        assert!(
            matches!(keys.secret(purpose), Err(Error::Purpose(_))),
            "{purpose:?}"
        );
    }
}

#[test]
fn a_changed_sealed_text_does_not_open() {
    let home = home();
    let keys = made(home.path(), &|keys| keys.seal("test", b"", b"").map(drop));
    let sealed = keys.seal("test", b"aad", b"plain").unwrap();
    assert_ne!(sealed, keys.seal("test", b"aad", b"plain").unwrap());
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        assert!(matches!(
            keys.open("test", b"aad", &changed),
            Err(Error::Open)
        ));
        assert!(matches!(
            keys.open("test", b"aad", &sealed[..at]),
            Err(Error::Open)
        ));
    }
    assert!(matches!(
        keys.open("test", b"other", &sealed),
        Err(Error::Open)
    ));
}

#[test]
fn t48_processes_that_make_keys_at_the_same_time_agree_on_them() {
    let home = home();
    let dir = home.path().join("keys");
    // Each thread opens the directory, as processes do, so that no cache is shared.
    let barrier = Barrier::new(8);
    let seen: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    let make = |keys: &dyn KeyStore| {
                        keys.signing("test/1")?;
                        keys.secret("test/1").map(drop)
                    };
                    barrier.wait();
                    // One is refused while another one makes the keys.
                    while let Err(error) = FileKeyStore::init(&dir, &make).map(drop) {
                        assert!(matches!(error, Error::InUse(_)), "{error}");
                    }
                    let keys = loop {
                        match FileKeyStore::open(&dir) {
                            Ok(keys) => break keys,
                            Err(error) => assert!(matches!(error, Error::InUse(_)), "{error}"),
                        }
                    };
                    let day = keys.daily(20_000).unwrap().seal(b"", b"x").unwrap();
                    (
                        keys.signing("test/1").unwrap().kid().to_owned(),
                        *keys.secret("test/1").unwrap(),
                        keys.mac("test/1", b"x"),
                        day,
                    )
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    let distinct: BTreeSet<_> = seen
        .iter()
        .map(|(kid, secret, mac, _)| (kid, secret, mac))
        .collect();
    assert_eq!(distinct.len(), 1);
    let keys = FileKeyStore::open(&dir).unwrap();
    for (.., sealed) in &seen {
        keys.daily(20_000).unwrap().open(b"", sealed).unwrap();
    }
    let temporary: Vec<_> = files(&dir)
        .into_iter()
        .filter(|name| name.starts_with('.'))
        .collect();
    assert!(temporary.is_empty(), "{temporary:?}");
}

#[test]
fn a_daily_key_is_destroyed_after_two_days() {
    let home = home();
    let keys = made(home.path(), &|_| Ok(()));
    let sealed = keys.daily(100).unwrap().seal(b"", b"state").unwrap();
    keys.daily(101).unwrap();
    keys.destroy_days(101).unwrap();
    assert_eq!(
        *keys.daily_made(100).unwrap().open(b"", &sealed).unwrap(),
        b"state"
    );
    keys.daily(102).unwrap();
    keys.destroy_days(102).unwrap();
    assert!(matches!(keys.daily_made(100), Err(Error::Destroyed(100))));
    assert!(!files(home.path()).contains(&"daily.100.key".to_owned()));
    let restarted = FileKeyStore::open(home.path()).unwrap();
    assert!(matches!(
        restarted.daily_made(100),
        Err(Error::Destroyed(100))
    ));
    restarted.destroy_days(500).unwrap();
    assert_eq!(key_files(home.path()), ALWAYS);
}

#[test]
fn t45_a_later_day_destroys_no_key_and_a_destroyed_day_can_be_used_again() {
    let home = home();
    let keys = made(home.path(), &|_| Ok(()));
    let sealed = keys.daily(100).unwrap().seal(b"", b"state").unwrap();
    keys.daily(500).unwrap();
    for keys in [&keys, &FileKeyStore::open(home.path()).unwrap()] {
        let opened = keys.daily_made(100).unwrap().open(b"", &sealed).unwrap();
        assert_eq!(*opened, b"state");
    }
    keys.destroy_days(500).unwrap();
    let again = keys.daily(100).unwrap();
    assert!(again.open(b"", &sealed).is_err());
    let sealed = again.seal(b"", b"new").unwrap();
    let restarted = FileKeyStore::open(home.path()).unwrap();
    let opened = restarted.daily_made(100).unwrap();
    assert_eq!(*opened.open(b"", &sealed).unwrap(), b"new");
}

#[test]
fn a_destroyed_key_opens_nothing() {
    let home = home();
    let keys = made(home.path(), &|_| Ok(()));
    let sealed = keys.seal("persons/week-1", b"", b"key").unwrap();
    keys.destroy("persons/week-1").unwrap();
    keys.destroy("persons/week-1").unwrap();
    assert!(matches!(
        keys.open("persons/week-1", b"", &sealed),
        Err(Error::NoKey(_))
    ));
    assert_eq!(key_files(home.path()), ALWAYS);
}

#[test]
fn t33_files_are_the_owners_alone_and_hold_no_key_in_clear() {
    let home = home();
    let dir = home.path().join("keys");
    let keys = made(&dir, &|keys| {
        keys.secret("test/1")?;
        keys.signing("test/1").map(drop)
    });
    let secret = keys.secret("test/1").unwrap();
    let pkcs8 = keys.signing("test/1").unwrap().to_pkcs8().unwrap();
    assert_eq!(
        fs::metadata(&dir).unwrap().permissions().mode() & 0o777,
        0o700
    );
    for name in files(&dir) {
        let path = dir.join(&name);
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        let content = fs::read(&path).unwrap();
        let contains = |part: &[u8]| content.windows(part.len()).any(|window| window == part);
        assert!(
            !contains(secret.as_ref()) && !contains(&pkcs8[pkcs8.len() - 100..]),
            "{name}"
        );
    }
    let master = dir.join("master.key");
    fs::set_permissions(&master, fs::Permissions::from_mode(0o640)).unwrap();
    assert!(
        matches!(FileKeyStore::open(&dir), Err(Error::Permissions(name)) if name == "master.key")
    );
}

#[test]
fn t33_a_key_file_serves_no_other_purpose() {
    let home = home();
    let make = |keys: &dyn KeyStore| {
        keys.secret("a")?;
        keys.secret("b").map(drop)
    };
    drop(made(home.path(), &make));
    let (a, b) = (
        home.path().join("secret.a.key"),
        home.path().join("secret.b.key"),
    );
    fs::copy(a, b).unwrap();
    let refused = FileKeyStore::open(home.path());
    assert!(matches!(refused, Err(Error::Changed(name)) if name == "secret.b.key"));
    // Nor in a keystore from before inventories.
    fs::remove_file(home.path().join("inventory")).unwrap();
    let refused = FileKeyStore::init(home.path(), &|_| Ok(()));
    assert!(matches!(refused, Err(Error::Corrupt(name)) if name == "secret.b.key"));
}

#[test]
fn a_lost_master_key_is_not_replaced() {
    let home = home();
    drop(made(home.path(), &|keys| keys.secret("a").map(drop)));
    fs::remove_file(home.path().join("master.key")).unwrap();
    for refused in [
        FileKeyStore::open(home.path()),
        FileKeyStore::init(home.path(), &|_| Ok(())),
    ] {
        assert!(matches!(refused, Err(Error::MasterMissing)));
    }
    assert!(!files(home.path()).contains(&"master.key".to_owned()));
}

#[test]
fn t34_debug_shows_no_secret() {
    let home = home();
    let keys = made(home.path(), &|keys| {
        keys.secret("a")?;
        keys.signing("a").map(drop)
    });
    let secret = keys.secret("a").unwrap();
    assert_eq!(format!("{secret:?}"), "Secret32(…)");
    assert_eq!(format!("{keys:?}"), "FileKeyStore(…)");
    assert_eq!(format!("{:?}", keys.daily(1).unwrap()), "SealingKey(…)");
    let signing = keys.signing("a").unwrap();
    let private = signing.to_private_jwk().unwrap()["d"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(!format!("{signing:?}").contains(&private));
}
