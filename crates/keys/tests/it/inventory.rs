//! What a keystore lists must be there, and nothing that was lost is made again.

use std::fs;
use std::path::Path;

use ipse_keys::{Error, FileKeyStore, KeyStore};

use super::{files, home, key_files, made};

fn make(keys: &dyn KeyStore) -> Result<(), Error> {
    keys.signing("sign/1")?;
    keys.secret("secret/1")?;
    keys.decryption("decrypt/1")?;
    keys.seal("seal/1", b"", b"")?;
    keys.secret_bytes("bytes/1", &|| b"setup".to_vec())
        .map(drop)
}

fn open(dir: &Path) -> Result<(), Error> {
    FileKeyStore::open(dir).map(drop)
}

fn init(dir: &Path) -> Result<(), Error> {
    FileKeyStore::init(dir, &make).map(drop)
}

/// Copies the files of a keystore.
fn copied(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for name in files(from) {
        fs::copy(from.join(&name), to.join(&name)).unwrap();
    }
}

/// Each file of a keystore that has no lock on it.
fn keystore(dir: &Path) -> Vec<String> {
    drop(made(dir, &make));
    let mut names = files(dir);
    names.retain(|name| name != "lock");
    assert_eq!(names.len(), 9, "{names:?}");
    names
}

#[test]
fn t48_a_key_file_that_is_missing_is_named_and_not_made_again() {
    let home = home();
    let whole = home.path().join("whole");
    for name in keystore(&whole) {
        let dir = home.path().join(&name);
        copied(&whole, &dir);
        fs::remove_file(dir.join(&name)).unwrap();
        let mut refusals = vec![open(&dir)];
        // Without an inventory, a keystore looks like one from before. The databases know better.
        if name != "inventory" {
            refusals.push(init(&dir));
        }
        for refused in refusals {
            match refused {
                Err(Error::Missing(named)) => assert_eq!(named, name),
                Err(Error::MasterMissing) => assert_eq!(name, "master.key"),
                Err(Error::NoInventory(_)) => assert_eq!(name, "inventory"),
                other => panic!("{name}: {other:?}"),
            }
            assert!(!dir.join(&name).exists(), "{name}");
        }
    }
}

#[test]
fn t48_a_key_file_of_another_keystore_is_named() {
    let home = home();
    let (whole, other) = (home.path().join("whole"), home.path().join("other"));
    keystore(&other);
    for name in keystore(&whole) {
        let dir = home.path().join(&name);
        copied(&whole, &dir);
        fs::copy(other.join(&name), dir.join(&name)).unwrap();
        for refused in [open(&dir), init(&dir)] {
            match refused {
                Err(Error::Changed(named)) => assert_eq!(named, name),
                Err(Error::Inventory) => {
                    assert!(
                        ["master.key", "inventory"].contains(&name.as_str()),
                        "{name}"
                    );
                }
                other => panic!("{name}: {other:?}"),
            }
        }
    }
}

#[test]
fn t48_a_key_file_that_another_one_replaces_is_named() {
    let home = home();
    let whole = home.path().join("whole");
    let names = keystore(&whole);
    for (at, name) in names.iter().enumerate() {
        let next = &names[(at + 1) % names.len()];
        let dir = home.path().join(name);
        copied(&whole, &dir);
        fs::copy(whole.join(next), dir.join(name)).unwrap();
        for refused in [open(&dir), init(&dir)] {
            match refused {
                Err(Error::Changed(named)) => assert_eq!(&named, name),
                Err(Error::Inventory) => assert_eq!(name, "inventory"),
                Err(Error::Corrupt(named)) => {
                    assert_eq!((&named, name.as_str()), (name, "master.key"));
                }
                other => panic!("{name}: {other:?}"),
            }
        }
    }
}

#[test]
fn t48_a_key_file_that_is_swapped_while_the_server_runs_is_not_used() {
    let home = home();
    let (dir, other) = (home.path().join("dir"), home.path().join("other"));
    let keys = made(&dir, &make);
    drop(made(&other, &make));
    fs::copy(
        other.join("secret.secret+1.key"),
        dir.join("secret.secret+1.key"),
    )
    .unwrap();
    fs::remove_file(dir.join("sign-es256.sign+1.key")).unwrap();
    assert!(matches!(keys.secret("secret/1"), Err(Error::Changed(_))));
    assert!(matches!(keys.signing("sign/1"), Err(Error::Missing(_))));
}

#[test]
fn t48_a_key_file_that_is_not_listed_is_not_used() {
    let home = home();
    let dir = home.path().join("dir");
    let with_more = |keys: &dyn KeyStore| {
        make(keys)?;
        keys.secret("more/1").map(drop)
    };
    drop(made(&dir, &make));
    let inventory = fs::read(dir.join("inventory")).unwrap();
    let planted = *made(&dir, &with_more).secret("more/1").unwrap();
    // The file was listed once; now it is not.
    fs::write(dir.join("inventory"), inventory).unwrap();
    let keys = FileKeyStore::open(&dir).unwrap();
    assert!(matches!(keys.secret("more/1"), Err(Error::NoKey(_))));
    drop(keys);
    let keys = made(&dir, &with_more);
    assert_ne!(*keys.secret("more/1").unwrap(), planted);
}

#[test]
fn t48_a_keystore_that_is_gone_is_not_made_by_a_server() {
    let home = home();
    let dir = home.path().join("keys");
    assert!(matches!(open(&dir), Err(Error::NoKeystore(_))));
    assert!(!dir.exists());
    fs::create_dir(&dir).unwrap();
    assert!(matches!(open(&dir), Err(Error::NoKeystore(_))));
    assert!(key_files(&dir).is_empty());
}

#[test]
fn init_run_again_adds_the_keys_of_a_new_version() {
    let home = home();
    let keys = made(home.path(), &make);
    let secret = *keys.secret("secret/1").unwrap();
    let before = keys.inventory().clone();
    assert!(matches!(keys.secret("new/1"), Err(Error::NoKey(_))));
    drop(keys);
    let newer = |keys: &dyn KeyStore| {
        make(keys)?;
        keys.secret("new/1").map(drop)
    };
    let keys = made(home.path(), &newer);
    assert_eq!(*keys.secret("secret/1").unwrap(), secret);
    keys.secret("new/1").unwrap();
    let after = keys.inventory().clone();
    assert_eq!(
        (&after.id, after.generation),
        (&before.id, before.generation + 1)
    );
    assert_eq!(after.files.len(), before.files.len() + 1);
    drop(keys);
    assert_eq!(*made(home.path(), &newer).inventory(), after);
}

#[test]
fn init_beside_a_server_changes_nothing() {
    let home = home();
    let server = made(home.path(), &make);
    init(home.path()).unwrap();
    let refused = FileKeyStore::init(home.path(), &|keys| keys.secret("new/1").map(drop));
    assert!(matches!(refused, Err(Error::InUse(_))));
    drop(server);
}

#[test]
fn init_adopts_the_keys_of_a_version_before_inventories() {
    let home = home();
    let keys = made(home.path(), &make);
    let secret = *keys.secret("secret/1").unwrap();
    let sealed = keys.daily(7).unwrap().seal(b"", b"state").unwrap();
    drop(keys);
    for name in ["inventory", "lock", "secret.rows+1.key"] {
        fs::remove_file(home.path().join(name)).unwrap();
    }
    assert!(matches!(open(home.path()), Err(Error::NoInventory(_))));
    let keys = made(home.path(), &make);
    assert_eq!(*keys.secret("secret/1").unwrap(), secret);
    let day = keys.daily_made(7).unwrap();
    assert_eq!(*day.open(b"", &sealed).unwrap(), b"state");
    assert!(!keys.inventory().files.contains_key("daily.7.key"));
}

#[test]
fn an_init_that_was_stopped_is_finished_by_the_next() {
    let home = home();
    let stopped = FileKeyStore::init(home.path(), &|keys| {
        make(keys)?;
        Err(Error::NoKey("stopped".to_owned()))
    });
    assert!(stopped.is_err());
    assert!(matches!(open(home.path()), Err(Error::NoInventory(_))));
    let keys = made(home.path(), &make);
    assert_eq!(*keys.secret_bytes("bytes/1", &Vec::new).unwrap(), b"setup");
    drop(keys);
    // In a keystore with an inventory, too.
    let more = |keys: &dyn KeyStore| keys.secret("more/1").map(drop);
    let stopped = FileKeyStore::init(home.path(), &|keys| {
        more(keys)?;
        Err(Error::NoKey("stopped".to_owned()))
    });
    assert!(stopped.is_err());
    open(home.path()).unwrap();
    made(home.path(), &more).secret("more/1").unwrap();
}

#[test]
fn a_week_has_a_key_of_its_own_that_the_inventory_does_not_list() {
    let home = home();
    let keys = made(home.path(), &make);
    let sealed = keys.seal("persons/week-1", b"", b"key").unwrap();
    drop(keys);
    let keys = FileKeyStore::open(home.path()).unwrap();
    assert_eq!(*keys.open("persons/week-1", b"", &sealed).unwrap(), b"key");
    assert!(matches!(keys.destroy("seal/1"), Err(Error::Purpose(_))));
    assert!(matches!(
        keys.seal("other/1", b"", b""),
        Err(Error::NoKey(_))
    ));
}
