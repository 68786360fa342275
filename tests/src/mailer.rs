//! Mailers for tests: one that keeps every mail or takes none, and a small SMTP server on the loopback.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use domain::mails::{Content, DeliveryError, Mailer, OutgoingMail};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// Keeps what it is given.
#[derive(Default)]
pub struct TestMailer {
    sent: Mutex<Vec<OutgoingMail>>,
    /// While set, it takes nothing.
    pub is_closed: AtomicBool,
    /// While set, it refuses for good.
    pub refuses: AtomicBool,
    pub tries: AtomicUsize,
}

#[async_trait::async_trait]
impl Mailer for TestMailer {
    async fn deliver(&self, mail: &OutgoingMail) -> Result<(), DeliveryError> {
        self.tries.fetch_add(1, Ordering::SeqCst);
        if self.is_closed.load(Ordering::SeqCst) {
            return Err(DeliveryError::Transient("it is closed".to_owned()));
        }
        if self.refuses.load(Ordering::SeqCst) {
            return Err(DeliveryError::Permanent("there is no such address".to_owned()));
        }
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).push(mail.clone());
        Ok(())
    }
}

impl TestMailer {
    /// The mails since the last call.
    pub fn empty(&self) -> Vec<OutgoingMail> {
        std::mem::take(&mut self.sent.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The code in a mail.
pub fn code(mail: &OutgoingMail) -> &str {
    match &mail.content {
        Content::VerifyEmail { code } | Content::ResetPassword { code } | Content::TicketOffered { code, .. } => code,
        _ => panic!("there is no code in {mail:?}"),
    }
}

/// An SMTP server that keeps what it is sent, and puts off the first mails that it is told to.
pub struct Smtp {
    pub address: SocketAddr,
    mails: Arc<Mutex<Vec<String>>>,
    put_off: Arc<AtomicUsize>,
}

impl Smtp {
    /// A server that puts off so many mails before it takes one.
    pub async fn start(put_off: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let address = listener.local_addr().expect("a bound listener has an address");
        let (mails, put_off) = (Arc::<Mutex<Vec<String>>>::default(), Arc::new(AtomicUsize::new(put_off)));
        let (kept, left) = (Arc::clone(&mails), Arc::clone(&put_off));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (kept, left) = (Arc::clone(&kept), Arc::clone(&left));
                // A client that leaves in the middle has sent nothing.
                tokio::spawn(async move { talk(stream, &kept, &left).await });
            }
        });
        Self { address, mails, put_off }
    }

    /// What came so far, as it came, each after the line that named its reader.
    pub fn mails(&self) -> Vec<String> {
        self.mails.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether it has put off all that it was to.
    pub fn is_open(&self) -> bool {
        self.put_off.load(Ordering::SeqCst) == 0
    }
}

async fn talk(stream: TcpStream, kept: &Mutex<Vec<String>>, put_off: &AtomicUsize) -> Option<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let mut envelope = String::new();
    write.write_all(b"220 here\r\n").await.ok()?;
    while let Some(line) = lines.next_line().await.ok()? {
        let verb = line.split_whitespace().next().unwrap_or_default().to_ascii_uppercase();
        let answer = match verb.as_str() {
            "EHLO" => "250 here",
            "MAIL" if put_off.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() => {
                "451 later"
            }
            // It knows no SMTPUTF8, as most do not.
            _ if !line.is_ascii() => "501 in ASCII, please",
            "DATA" => {
                write.write_all(b"354 go on\r\n").await.ok()?;
                let mut mail = std::mem::take(&mut envelope);
                while let Some(line) = lines.next_line().await.ok()? {
                    if line == "." {
                        break;
                    }
                    mail.push_str(&line);
                    mail.push('\n');
                }
                kept.lock().unwrap_or_else(PoisonError::into_inner).push(mail);
                "250 kept"
            }
            "RCPT" => {
                envelope = format!("{line}\n");
                "250 fine"
            }
            "QUIT" => "221 bye",
            _ => "250 fine",
        };
        write.write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
    }
    Some(())
}
