//! What a test reads and changes behind the server's back.

use ipse_jose::SigningKey;
use ipse_keys::FileKeyStore;
use ipse_phone::Biometric;
use ipse_store::Param;
use ipse_store::identity::Identity;
use ipse_store::testing::authenticate_rows;

use super::{Phone, TestNetwork, parsed};

impl TestNetwork {
    /// Deletes wrong codes and blocks, for races whose first round blocks the identity.
    pub async fn forgive(&self, identity: &str) {
        const REASONS: &str = "DELETE FROM suspension WHERE identity = $1";
        const COUNT: &str = "UPDATE identity SET status = 'active', reasons = 0, wrong_codes = 0, wrong_times = '[]' \
             WHERE id = $1";
        const OPEN: &str =
            "UPDATE attempt SET status = 'wrong' WHERE identity = $1 AND status = 'open'";
        for sql in [REASONS, COUNT, OPEN] {
            self.change(sql, identity).await;
        }
    }

    /// A node whose queue holds few transactions.
    pub fn node_with_queue(&self, waiting: usize) -> ipse_server::Server {
        let home = self.home.path().join("scheme");
        let mut config = ipse_server::config::ServerConfig::load(&home).expect("configuration");
        let option = match self.db.is_postgres() {
            // Its readers wait in the same queue, for one of the pool's connections.
            true => format!(
                "{}&queue={waiting}",
                config.database.replace("pool=4", "pool=1")
            ),
            false => format!("{}?queue={waiting}", config.database),
        };
        config.database = option;
        ipse_server::Server::open_with(
            &home,
            config,
            self.db.clock().clone(),
            ipse_protocol::Random::system(),
        )
        .expect("scheme opens")
    }

    /// Another connection to the scheme's database, with its keys: for a time when no server runs in this process.
    pub fn store_beside(&self) -> ipse_store::Store {
        let clock = self.db.clock().clone();
        let store = ipse_store::Store::open(self.db.url(), &ipse_store::SCHEME, clock);
        let store = store.expect("the database opens");
        let keys = FileKeyStore::open(&self.home.path().join("scheme/keys")).expect("keystore");
        store.authenticate(ipse_server::row_keys(&keys).expect("keys of rows"));
        store
    }

    /// The identity as the database has it.
    pub async fn identity(&self, id: &str) -> Identity {
        let id = id.to_owned();
        self.server
            .scheme
            .store
            .read(move |tx| ipse_store::identity::by_id(tx, &parsed(&id)))
            .await
            .expect("store")
            .expect("an identity")
    }

    /// The attempt that an identity has open, as the database has it.
    pub async fn open_attempt(&self, identity: &str) -> Option<String> {
        let id = identity.to_owned();
        self.server
            .scheme
            .store
            .read(move |tx| ipse_store::attempt::open(tx, &parsed(&id)))
            .await
            .expect("store")
            .map(|open| open.id.into())
    }

    /// An action's status, as the database has it.
    pub async fn status(&self, action: &str) -> String {
        let id = action.to_owned();
        let store = &self.server.scheme.store;
        let row = store.read(move |tx| ipse_store::action::by_id(tx, &parsed(&id)));
        row.await.expect("store").expect("a row").status.to_string()
    }

    /// The number that SQL with one text gives.
    pub async fn count(&self, sql: &'static str, text: &str) -> i64 {
        let text = text.to_owned();
        self.server
            .scheme
            .store
            .read(move |tx| tx.value(sql, &[Param::from(&text)]))
            .await
            .expect("store")
    }

    /// Everything in a copy of the database: the file of SQLite and its write-ahead log, or every row of every table of
    /// PostgreSQL.
    pub async fn stolen(&self) -> Vec<u8> {
        let Some(path) = self.db.url().strip_prefix("sqlite:") else {
            return self.stolen_rows().await;
        };
        let mut loot = Vec::new();
        for tail in ["", "-wal"] {
            loot.extend(std::fs::read(format!("{path}{tail}")).expect("readable"));
        }
        loot
    }

    async fn stolen_rows(&self) -> Vec<u8> {
        const HEX: &str = "SET LOCAL xmlbinary = 'hex'";
        const ALL: &str = "SELECT table_to_xml(c.oid, true, false, '')::text AS rows FROM pg_class c \
             WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace";
        let rows = self.server.scheme.store.read(|tx| {
            tx.exec(HEX, &[])?;
            tx.rows(ALL, &[])
        });
        let mut loot = Vec::new();
        for mut row in rows.await.expect("store") {
            let text: String = row.get("rows").expect("text");
            for value in text.split(['<', '>']) {
                loot.extend_from_slice(value.as_bytes());
                loot.extend(unhex(value).unwrap_or_default());
            }
        }
        loot
    }

    /// Runs SQL with one text, and gives the rows of the table their MACs: as the scheme itself would change them.
    pub async fn change(&self, sql: &'static str, text: &str) -> u64 {
        let text = text.to_owned();
        let words: Vec<&str> = sql.split_whitespace().collect();
        let table = match words[0] {
            "UPDATE" => words[1],
            _ => words[2],
        };
        let table = table.split('(').next().unwrap_or(table);
        self.server
            .scheme
            .store
            .write(move |tx| {
                let changed = tx.exec(sql, &[Param::from(&text)])?;
                authenticate_rows(tx, table)?;
                Ok(changed)
            })
            .await
            .expect("store")
    }

    /// Runs SQL with one text, as somebody who can write the database but has no keys.
    pub async fn tamper(&self, sql: &'static str, text: &str) -> u64 {
        let text = text.to_owned();
        self.server
            .scheme
            .store
            .write(move |tx| tx.exec(sql, &[Param::from(&text)]))
            .await
            .expect("store")
    }

    /// Changes a device's row as the scheme itself would.
    pub async fn change_device(
        &self,
        phone: &Phone,
        change: impl Fn(&mut ipse_store::device::Device) + Send + 'static,
    ) {
        let id = phone.device_id().to_owned();
        self.server
            .scheme
            .store
            .write(move |tx| {
                let mut device = ipse_store::device::by_id(tx, &parsed(&id))?.expect("a device");
                change(&mut device);
                ipse_store::device::update(tx, &device)
            })
            .await
            .expect("store");
    }

    /// Gives a phone a fingerprint key, as its enrolment would have.
    pub async fn give_biometric(&self, phone: &Phone) -> Biometric {
        const ID: [u8; 32] = [7; 32];
        let key = SigningKey::generate_es256();
        let point = ipse_protocol::wire::DeviceKey::of(&key)
            .expect("key")
            .to_sec1();
        self.change_device(phone, move |device| {
            device.biometric_credential = Some(ID.to_vec());
            device.biometric_key = Some(point.to_vec());
            device.biometric_backup = Some(ipse_store::device::Backup::Bound);
        })
        .await;
        Biometric::new(key, ID.to_vec())
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|c| c.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len().is_multiple_of(2))?;
    Some(
        digits
            .chunks(2)
            .map(|pair| (pair[0] * 16 + pair[1]) as u8)
            .collect(),
    )
}
