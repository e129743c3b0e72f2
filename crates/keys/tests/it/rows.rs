//! Keys of database rows: versions, and how one is retired.

use std::fs;

use ipse_keys::{Error, FileKeyStore, KeyStore, RowSecrets};

use super::{files, home};

fn versions(keys: &RowSecrets) -> Vec<u32> {
    keys.keys.iter().map(|(version, _)| *version).collect()
}

#[test]
fn a_roll_of_the_row_keys_accepts_both_versions_until_it_ends() {
    let home = home();
    let first = FileKeyStore::init(home.path(), &|_| Ok(())).unwrap();
    let old = first.row_keys().unwrap();
    assert_eq!((old.current, versions(&old)), (1, vec![1]));
    drop(first);

    let keys = FileKeyStore::open_alone(home.path()).unwrap();
    assert_eq!(keys.begin_roll().unwrap(), 2);
    assert_eq!(keys.begin_roll().unwrap(), 2);
    drop(keys);
    let keys = FileKeyStore::open_alone(home.path()).unwrap();
    let both = keys.row_keys().unwrap();
    assert_eq!((both.current, versions(&both)), (2, vec![1, 2]));
    assert_eq!(both.key(1), old.key(1));
    assert_ne!(both.key(2), old.key(1));
    keys.end_roll().unwrap();
    keys.end_roll().unwrap();
    drop(keys);

    let keys = FileKeyStore::open(home.path()).unwrap();
    let new = keys.row_keys().unwrap();
    assert_eq!((new.current, versions(&new)), (2, vec![2]));
    assert_eq!(new.key(2), both.key(2));
    assert!(new.key(1).is_none());
    assert!(!files(home.path()).contains(&"secret.rows+1.key".to_owned()));
}

#[test]
fn a_retired_row_key_that_comes_back_is_not_accepted() {
    let home = home();
    drop(FileKeyStore::init(home.path(), &|_| Ok(())).unwrap());
    let file = home.path().join("secret.rows+1.key");
    let old = fs::read(&file).unwrap();
    let keys = FileKeyStore::open_alone(home.path()).unwrap();
    keys.begin_roll().unwrap();
    keys.end_roll().unwrap();
    drop(keys);
    fs::write(&file, old).unwrap();
    let keys = FileKeyStore::init(home.path(), &|keys| {
        assert!(keys.row_keys()?.key(1).is_none());
        Ok(())
    });
    assert_eq!(versions(&keys.unwrap().row_keys().unwrap()), [2]);
}

#[test]
fn only_a_store_that_is_open_alone_changes_the_row_keys() {
    let home = home();
    drop(FileKeyStore::init(home.path(), &|_| Ok(())).unwrap());
    let server = FileKeyStore::open(home.path()).unwrap();
    assert!(matches!(server.begin_roll(), Err(Error::InUse(_))));
    assert!(matches!(server.end_roll(), Err(Error::InUse(_))));
    assert!(matches!(server.set_rows_sealed(), Err(Error::InUse(_))));
    assert!(matches!(
        FileKeyStore::open_alone(home.path()),
        Err(Error::InUse(_))
    ));
    drop(server);
    let alone = FileKeyStore::open_alone(home.path()).unwrap();
    assert!(matches!(
        FileKeyStore::open(home.path()),
        Err(Error::InUse(_))
    ));
    drop(alone);
}

#[test]
fn rows_are_sealed_once_that_is_recorded() {
    let new = home();
    let keys = FileKeyStore::init(new.path(), &|_| Ok(())).unwrap();
    assert!(!keys.rows_sealed());
    keys.set_rows_sealed().unwrap();
    drop(keys);
    assert!(FileKeyStore::open(new.path()).unwrap().rows_sealed());
}
