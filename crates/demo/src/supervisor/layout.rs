//! The ports, addresses and homes of the parties.

use std::path::{Path, PathBuf};

use crate::people::{BANKS, OPERATORS};

/// How many consecutive ports a demo uses.
pub const PORTS: u16 = 10;

/// Name of the shop.
pub const SHOP: &str = "Winkel Hoek";
/// Name of the council.
pub const COUNCIL: &str = "Gemeente Duinwijk";

/// One of the demo's processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    /// The scheme, with its two origins.
    Scheme,
    /// An operator, by its place in [`OPERATORS`].
    Operator(usize),
    /// A bank, by its place in [`BANKS`].
    Bank(usize),
    /// The shop.
    Shop,
    /// The council.
    Council,
    /// The mailbox, with its page and its SMTP receiver.
    Mailbox,
}

impl Party {
    /// Every party, in the order in which they start.
    pub const ALL: [Party; 8] = [
        Party::Operator(0),
        Party::Operator(1),
        Party::Bank(0),
        Party::Bank(1),
        Party::Mailbox,
        Party::Scheme,
        Party::Shop,
        Party::Council,
    ];

    /// The name that people read.
    pub fn name(self) -> &'static str {
        match self {
            Party::Scheme => "Ipse",
            Party::Operator(n) => OPERATORS[n],
            Party::Bank(n) => BANKS[n],
            Party::Shop => SHOP,
            Party::Council => COUNCIL,
            Party::Mailbox => "the mailbox",
        }
    }

    /// The name of its folder.
    pub fn folder(self) -> &'static str {
        match self {
            Party::Scheme => "scheme",
            Party::Operator(0) => "operator-leie",
            Party::Operator(_) => "operator-dijle",
            Party::Bank(0) => "bank-anker",
            Party::Bank(_) => "bank-linde",
            Party::Shop => "shop",
            Party::Council => "council",
            Party::Mailbox => "mailbox",
        }
    }

    fn offset(self) -> u16 {
        match self {
            Party::Scheme => 0,
            Party::Operator(n) => 2 + n as u16,
            Party::Bank(n) => 4 + n as u16,
            Party::Shop => 6,
            Party::Mailbox => 7,
            Party::Council => 9,
        }
    }
}

/// Where a demo is.
#[derive(Clone, Debug)]
pub struct Layout {
    /// Its folder, an absolute path.
    pub home: PathBuf,
    /// First port.
    pub port_base: u16,
}

impl Layout {
    /// A party's folder.
    pub fn home_of(&self, party: Party) -> PathBuf {
        self.home.join(party.folder())
    }

    /// The folder of a person's phone.
    pub fn phone_of(&self, customer: &str) -> PathBuf {
        self.home.join("phones").join(customer)
    }

    /// A party's port.
    pub fn port(&self, party: Party) -> u16 {
        self.port_base + party.offset()
    }

    /// Where a party listens.
    pub fn listen(&self, party: Party) -> String {
        format!("127.0.0.1:{}", self.port(party))
    }

    /// A party's origin.
    pub fn origin(&self, party: Party) -> String {
        format!("http://localhost:{}", self.port(party))
    }

    /// The port of the phone app and its API: the scheme's second origin.
    pub fn app_port(&self) -> u16 {
        self.port_base + 1
    }

    /// The port to which the scheme sends mail.
    pub fn smtp_port(&self) -> u16 {
        self.port_base + 8
    }

    /// The phone app's origin.
    pub fn app_origin(&self) -> String {
        format!("http://localhost:{}", self.app_port())
    }

    /// Every port and the name of its party.
    pub fn ports(&self) -> Vec<(u16, &'static str)> {
        let mut ports: Vec<_> = Party::ALL
            .iter()
            .map(|party| (self.port(*party), party.name()))
            .collect();
        ports.push((self.app_port(), "the phone app"));
        ports.push((self.smtp_port(), "the mail of the mailbox"));
        ports.sort_unstable();
        ports
    }
}

/// The folder of the built phone app.
pub fn app_dir() -> PathBuf {
    from_environment("IPSE_APP_DIR", "../../app/dist")
}

/// The folder of the program of shop and council.
pub fn shop_dir() -> PathBuf {
    from_environment("IPSE_SHOP_DIR", "shop")
}

fn from_environment(variable: &str, here: &str) -> PathBuf {
    let built = || {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(here);
        path.canonicalize().unwrap_or(path)
    };
    std::env::var_os(variable).map_or_else(built, PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_consecutive_and_each_has_one_party() {
        let layout = Layout {
            home: "/demo".into(),
            port_base: 4000,
        };
        let ports: Vec<u16> = layout.ports().into_iter().map(|(port, _)| port).collect();
        assert_eq!(ports, (4000..4000 + PORTS).collect::<Vec<_>>());
        assert_eq!(layout.origin(Party::Shop), "http://localhost:4006");
    }
}
