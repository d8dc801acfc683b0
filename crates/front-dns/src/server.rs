//! The sockets: UDP and TCP at one address, with a bound on whatever is under way.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use fronts::Zones;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;

use crate::elsewhere::Elsewhere;
use crate::message::{Way, answers};
use crate::names::Names;

/// How many datagrams are answered at once; more wait in the socket, and are dropped there.
const DATAGRAMS: usize = 256;
/// How many connections there are at once; more wait to be accepted.
const CONNECTIONS: usize = 128;
/// How long a connection may be silent, or take for one message either way.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long to wait where no connection can be accepted, or no datagram received.
const PAUSE: Duration = Duration::from_millis(100);
/// How long a question in a datagram can be, in bytes.
const QUESTION_MAX: usize = 4096;
/// How often a port is looked for that is free for both.
const TRIES: usize = 16;

/// A name server that has its address, and does not answer yet.
pub struct Server {
    names: Arc<Names>,
    udp: UdpSocket,
    tcp: TcpListener,
    address: SocketAddr,
}

impl Server {
    /// Takes the address, over UDP and TCP; port 0 is any that is free for both.
    ///
    /// # Errors
    /// When the address cannot be had.
    pub async fn bind(zones: Arc<dyn Zones>, listen: SocketAddr) -> io::Result<Self> {
        let mut tries = 0;
        let (udp, tcp, address) = loop {
            let tcp = TcpListener::bind(listen).await?;
            let address = tcp.local_addr()?;
            match UdpSocket::bind(address).await {
                Ok(udp) => break (udp, tcp, address),
                Err(error) if listen.port() != 0 || tries == TRIES => return Err(error),
                Err(_) => tries += 1,
            }
        };
        let names = Arc::new(Names::new(zones, reached(address.ip())));
        Ok(Self { names, udp, tcp, address })
    }

    /// One that machines ask, at sockets that they reach, for all names: for those that are nobody's here
    /// it asks `elsewhere`, or refuses them.
    ///
    /// # Errors
    /// When the sockets are none.
    pub fn for_machines(
        zones: Arc<dyn Zones>,
        (udp, tcp): (std::net::UdpSocket, std::net::TcpListener),
        elsewhere: Option<Elsewhere>,
    ) -> io::Result<Self> {
        udp.set_nonblocking(true)?;
        tcp.set_nonblocking(true)?;
        let (udp, tcp) = (UdpSocket::from_std(udp)?, TcpListener::from_std(tcp)?);
        let address = tcp.local_addr()?;
        let names = Names::new(zones, reached(address.ip())).asking(elsewhere);
        Ok(Self { names: Arc::new(names), udp, tcp, address })
    }

    /// The address that it has: the port is known even where 0 was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `stop` says so. Nothing is to be finished: whoever has no answer asks again.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let Self { names, udp, tcp, .. } = self;
        tokio::select! {
            () = datagrams(names.clone(), udp) => {}
            () = connections(names, tcp, stop.clone()) => {}
            _ = stop.wait_for(|stop| *stop) => {}
        }
    }
}

/// Where on this machine a server is reached that listens there.
fn reached(listens: IpAddr) -> Vec<IpAddr> {
    match listens {
        IpAddr::V4(any) if any.is_unspecified() => vec![Ipv4Addr::LOCALHOST.into()],
        IpAddr::V6(any) if any.is_unspecified() => {
            vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]
        }
        one => vec![one],
    }
}

async fn datagrams(names: Arc<Names>, socket: UdpSocket) {
    let (socket, room) = (Arc::new(socket), Arc::new(Semaphore::new(DATAGRAMS)));
    let mut buffer = vec![0; QUESTION_MAX];
    loop {
        let Ok(permit) = room.clone().acquire_owned().await else { return };
        let (length, from) = match socket.recv_from(&mut buffer).await {
            Ok(received) => received,
            // An answer that nobody waits for any more comes back as an error.
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => continue,
            Err(error) => {
                tracing::debug!(%error, "no datagram can be received");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        let (names, socket, request) = (names.clone(), socket.clone(), buffer[..length].to_vec());
        tokio::spawn(async move {
            for answer in answers(&names, &request, Way::Udp).await {
                if let Err(error) = socket.send_to(&answer, from).await {
                    tracing::debug!(%error, %from, "an answer cannot be sent");
                }
            }
            drop(permit);
        });
    }
}

async fn connections(names: Arc<Names>, listener: TcpListener, stop: watch::Receiver<bool>) {
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(permit) = room.clone().acquire_owned().await else { return };
        let (stream, from) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::debug!(%error, "no connection can be accepted");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        let (names, mut stop) = (names.clone(), stop.clone());
        let own = from.ip().to_canonical().is_loopback();
        tokio::spawn(async move {
            // Whoever breaks off has its reasons.
            tokio::select! {
                _ = talk(&names, stream, Way::Tcp { own }) => {}
                _ = stop.wait_for(|stop| *stop) => {}
            }
            drop(permit);
        });
    }
}

/// Answers questions one after the other, until who asks has no more or is silent for too long.
async fn talk(names: &Names, mut stream: TcpStream, way: Way) -> io::Result<()> {
    stream.set_nodelay(true)?;
    loop {
        let request = timeout(PATIENCE, question(&mut stream)).await??;
        let answers = answers(names, &request, way).await;
        if answers.is_empty() {
            return Ok(());
        }
        for answer in answers {
            let length = u16::try_from(answer.len()).map_err(io::Error::other)?;
            let whole = [&length.to_be_bytes(), answer.as_slice()].concat();
            timeout(PATIENCE, stream.write_all(&whole)).await??;
        }
    }
}

async fn question(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut request = vec![0; usize::from(stream.read_u16().await?)];
    stream.read_exact(&mut request).await?;
    Ok(request)
}
