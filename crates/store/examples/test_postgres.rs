//! Starts a throw-away PostgreSQL for a whole test run: prints its URL, for `IPSE_TEST_POSTGRES`, and stops
//! it when standard input closes.

use std::io::{Read, Write, stdin, stdout};

fn main() -> std::io::Result<()> {
    let server = ipse_store::testing::TestServer::start(false);
    println!("{}", server.url());
    stdout().flush()?;
    let mut rest = Vec::new();
    stdin().read_to_end(&mut rest)?;
    Ok(())
}
