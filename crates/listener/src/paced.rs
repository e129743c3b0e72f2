//! A stream whose reader has to keep up.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

/// Fails with [`io::ErrorKind::TimedOut`] when the peer is behind for longer than `patience`. The time runs while bytes wait to be
/// taken; each second's worth of `rate` that is taken gives one back.
pub struct Paced<T> {
    inner: T,
    patience: Duration,
    rate: u32,
    /// Runs from the first write that had to wait until all that was written is taken.
    behind: Option<Pin<Box<Sleep>>>,
}

impl<T> Paced<T> {
    pub fn new(inner: T, patience: Duration, rate: u32) -> Self {
        Self {
            inner,
            patience,
            rate: rate.max(1),
            behind: None,
        }
    }

    fn wait<R>(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<R>> {
        let patience = self.patience;
        let timer = self
            .behind
            .get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + patience)));
        ready!(timer.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    fn taken(&mut self, bytes: usize) {
        if let Some(timer) = &mut self.behind {
            let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
            let earned = Duration::from_secs(1) * bytes / self.rate;
            let latest = Instant::now() + self.patience;
            let deadline = timer.deadline().checked_add(earned).unwrap_or(latest);
            timer.as_mut().reset(deadline.min(latest));
        }
    }

    fn written(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match written {
            Poll::Pending => self.wait(cx),
            Poll::Ready(done) => {
                if let Ok(bytes) = &done {
                    self.taken(*bytes);
                }
                Poll::Ready(done)
            }
        }
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Paced<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Paced<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write(cx, buf);
        self.written(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write_vectored(cx, bufs);
        self.written(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    // The connection flushes once it has written all that it has.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.inner).poll_flush(cx) {
            Poll::Pending => self.wait(cx),
            Poll::Ready(done) => {
                self.behind = None;
                Poll::Ready(done)
            }
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.inner).poll_shutdown(cx) {
            Poll::Pending => self.wait(cx),
            done => done,
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(30);

    /// Writes 100,000 bytes to a reader that takes 100 bytes after each `pause`. Returns how it ended, and after how long.
    async fn read_slowly(pause: Duration) -> (io::Result<()>, Duration) {
        let (near, mut far) = duplex(64);
        let mut paced = Paced::new(near, PATIENCE, 1_000);
        let reading = tokio::spawn(async move {
            let mut taken = [0; 100];
            loop {
                tokio::time::sleep(pause).await;
                if far.read_exact(&mut taken).await.is_err() {
                    return;
                }
            }
        });
        let start = Instant::now();
        let written = paced.write_all(&[0; 100_000]).await;
        let waited = start.elapsed();
        reading.abort();
        (written, waited)
    }

    #[tokio::test(start_paused = true)]
    async fn t38_patience_with_a_reader_ends() {
        let (written, waited) = read_slowly(Duration::from_secs(3_600)).await;
        assert_eq!(written.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert!(waited <= PATIENCE + Duration::from_secs(1), "{waited:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn t38_a_reader_that_trickles_is_cut_off() {
        // A byte now and then does not buy the time that it takes.
        let (written, waited) = read_slowly(Duration::from_secs(10)).await;
        assert_eq!(written.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert!(waited <= 2 * PATIENCE, "{waited:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_that_keeps_up_gets_everything() {
        let (written, _) = read_slowly(Duration::from_millis(90)).await;
        written.unwrap();
    }
}
