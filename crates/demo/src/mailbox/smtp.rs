//! Receives mail by SMTP (RFC 5321), without TLS and without a password: on this machine, for a demo and for tests.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::Mailbox;

/// The local part of addresses that do not exist.
pub const UNKNOWN: &str = "unknown";
/// The local part of addresses for which mail must be sent again later.
pub const LATER: &str = "later";

/// Largest mail, in bytes.
const LARGEST: usize = 256 * 1024;
/// Longest line, in bytes (RFC 5321 §4.5.3.1.6).
const LONGEST_LINE: u64 = 1000;
/// How long a client may be silent.
const SILENCE: Duration = Duration::from_secs(60);
/// Most connections at a time.
const CONNECTIONS: usize = 64;

/// Serves until `stopped` becomes true.
pub async fn serve(
    listener: TcpListener,
    mailbox: Arc<Mailbox>,
    mut stopped: watch::Receiver<bool>,
) {
    let mut open = JoinSet::new();
    loop {
        tokio::select! {
            _ = stopped.wait_for(|stop| *stop) => return,
            Some(_) = open.join_next() => {}
            accepted = listener.accept(), if open.len() < CONNECTIONS => {
                let Ok((stream, _)) = accepted else { continue };
                let mailbox = mailbox.clone();
                open.spawn(async move {
                    // A client that breaks off has sent no mail.
                    let _ = converse(stream, &mailbox).await;
                });
            }
        }
    }
}

/// The envelope of a mail.
#[derive(Default)]
struct Envelope {
    from: Option<String>,
    to: Vec<String>,
}

async fn converse(stream: TcpStream, mailbox: &Mailbox) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut envelope = Envelope::default();
    stream.write_all(b"220 mailbox.example\r\n").await?;
    while let Some(line) = read_line(&mut stream).await? {
        let upper = line.to_ascii_uppercase();
        let answer = match upper.split([' ', ':']).next().unwrap_or_default() {
            "EHLO" => "250-mailbox.example\r\n250 SIZE 262144",
            "HELO" | "NOOP" => "250 mailbox.example",
            "RSET" => {
                envelope = Envelope::default();
                "250 OK"
            }
            "MAIL" => match path(&line) {
                Some(from) => {
                    envelope = Envelope {
                        from: Some(from),
                        to: Vec::new(),
                    };
                    "250 OK"
                }
                None => "501 Write MAIL FROM:<address>",
            },
            "RCPT" => match (path(&line), &envelope.from) {
                (Some(to), Some(_)) => match to.split('@').next() {
                    Some(UNKNOWN) => "550 5.1.1 No such mailbox",
                    Some(LATER) => "451 4.3.0 Try again later",
                    _ => {
                        envelope.to.push(to);
                        "250 OK"
                    }
                },
                _ => "503 Write MAIL FROM:<address> first",
            },
            "DATA" if envelope.to.is_empty() => "503 Write RCPT TO:<address> first",
            "DATA" => {
                stream.write_all(b"354 End with a dot\r\n").await?;
                let Some(mail) = read_mail(&mut stream).await? else {
                    return Ok(());
                };
                let Envelope { from, to } = std::mem::take(&mut envelope);
                mailbox.keep(from.unwrap_or_default(), to, &mail);
                "250 OK"
            }
            "QUIT" => {
                stream.write_all(b"221 Bye\r\n").await?;
                return Ok(());
            }
            _ => "502 Not here",
        };
        stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
    Ok(())
}

/// One line without its end; none at the end of the connection, or for a line that is too long.
async fn read_line(stream: &mut BufReader<TcpStream>) -> std::io::Result<Option<String>> {
    let mut line = Vec::new();
    let mut limited = stream.take(LONGEST_LINE);
    timeout(SILENCE, limited.read_until(b'\n', &mut line)).await??;
    if line.pop() != Some(b'\n') {
        return Ok(None);
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(Some(String::from_utf8_lossy(&line).into_owned()))
}

/// The lines up to the dot, without the dots that were added (RFC 5321 §4.5.2); none for a mail that is too large.
async fn read_mail(stream: &mut BufReader<TcpStream>) -> std::io::Result<Option<Vec<u8>>> {
    let mut mail = Vec::new();
    while let Some(line) = read_line(stream).await? {
        if line == "." {
            return Ok(Some(mail));
        }
        let line = line.strip_prefix('.').unwrap_or(&line);
        mail.extend_from_slice(line.as_bytes());
        mail.extend_from_slice(b"\r\n");
        if mail.len() > LARGEST {
            return Ok(None);
        }
    }
    Ok(None)
}

/// The address in `<…>`.
fn path(line: &str) -> Option<String> {
    let (_, rest) = line.split_once('<')?;
    let (address, _) = rest.rsplit_once('>')?;
    Some(address.to_owned())
}
