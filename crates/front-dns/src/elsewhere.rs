//! Names that are nobody's here, asked of the name servers that this host asks. Only for machines that
//! reach the world, which have no other name server.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use hickory_proto::op::{Message, OpCode, Query};
use hickory_proto::rr::{LowerName, Name, Record, RecordType};
use ring::rand::{SecureRandom, SystemRandom};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

use crate::message::Way;

/// Where this host says whom it asks.
const RESOLV_CONF: &str = "/etc/resolv.conf";
/// How many of those servers count, as for everybody else on the host (resolv.conf(5)).
const SERVERS_MAX: usize = 3;
/// How long each of them may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long a message over UDP can be, in bytes.
const DATAGRAM_MAX: usize = 65_535;

/// The name servers of this host.
#[derive(Debug, Clone)]
pub struct Elsewhere(Vec<SocketAddr>);

impl Elsewhere {
    /// Those that `/etc/resolv.conf` names.
    ///
    /// # Errors
    /// When it cannot be read, or names none.
    pub fn of_host() -> io::Result<Self> {
        let text = std::fs::read_to_string(Path::new(RESOLV_CONF))?;
        let servers = servers(&text);
        match servers.is_empty() {
            true => Err(io::Error::other(format!("{RESOLV_CONF} names no name server"))),
            false => Ok(Self(servers)),
        }
    }

    /// These.
    #[cfg(test)]
    pub(crate) fn at(servers: Vec<SocketAddr>) -> Self {
        Self(servers)
    }

    /// What the first of them says that says anything to a message, word for word.
    ///
    /// # Errors
    /// When none does.
    pub(crate) async fn ask(&self, request: &[u8], way: Way) -> io::Result<Vec<u8>> {
        let mut failed = io::Error::other("nobody to ask");
        for server in &self.0 {
            let asked = async {
                match way {
                    Way::Udp => datagram(*server, request).await,
                    Way::Tcp { .. } => connection(*server, request).await,
                }
            };
            match timeout(PATIENCE, asked).await {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(error)) => {
                    failed = io::Error::new(error.kind(), format!("{server}: {error}"))
                }
                Err(_) => failed = io::Error::other(format!("{server} does not answer")),
            }
        }
        Err(failed)
    }

    /// The records that they tell of a name; none where there are none, or nobody says.
    pub(crate) async fn records(&self, name: &LowerName, kind: RecordType) -> Vec<Record> {
        let mut message = Message::query();
        message.metadata.recursion_desired = true;
        message.queries.push(Query::query(Name::from(name), kind));
        let Ok(request) = message.to_vec() else { return Vec::new() };
        // Over TCP, for what is too long for a datagram.
        let answer = self.ask(&request, Way::Tcp { own: true }).await;
        let answer = answer.ok().and_then(|answer| Message::from_vec(&answer).ok());
        answer.map(|answer| answer.answers).unwrap_or_default()
    }
}

/// The servers that a file as resolv.conf(5) names.
fn servers(text: &str) -> Vec<SocketAddr> {
    let named = text.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        (words.next() == Some("nameserver")).then_some(words.next()?)?.parse::<IpAddr>().ok()
    });
    named.map(|ip| SocketAddr::new(ip, 53)).take(SERVERS_MAX).collect()
}

/// Asks in a datagram, under an id and from a port that nobody can guess, and takes only what answers that.
async fn datagram(server: SocketAddr, request: &[u8]) -> io::Result<Vec<u8>> {
    let any: IpAddr = match server.is_ipv4() {
        true => Ipv4Addr::UNSPECIFIED.into(),
        false => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0)).await?;
    socket.connect(server).await?;
    let (was, asked) = under_another_id(request)?;
    socket.send(&asked).await?;
    let mut buffer = vec![0; DATAGRAM_MAX];
    loop {
        let length = socket.recv(&mut buffer).await?;
        if let Some(answer) = answer_to(&asked, &buffer[..length], was) {
            return Ok(answer);
        }
    }
}

/// Asks over a connection.
async fn connection(server: SocketAddr, request: &[u8]) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(server).await?;
    let (was, asked) = under_another_id(request)?;
    let length = u16::try_from(asked.len()).map_err(io::Error::other)?;
    stream.write_all(&[&length.to_be_bytes(), asked.as_slice()].concat()).await?;
    let mut answer = vec![0; usize::from(stream.read_u16().await?)];
    stream.read_exact(&mut answer).await?;
    let answer = answer_to(&asked, &answer, was);
    answer.ok_or_else(|| io::Error::other("it answers something else"))
}

/// A message with an id by chance, and the id that it had.
fn under_another_id(request: &[u8]) -> io::Result<([u8; 2], Vec<u8>)> {
    let mut asked = request.to_vec();
    let id = asked.first_chunk_mut::<2>().ok_or_else(|| io::Error::other("no message"))?;
    let was = *id;
    SystemRandom::new().fill(id).map_err(|_| io::Error::other("no random numbers"))?;
    Ok((was, asked))
}

/// The answer under the id of who asked, if it is one: of the same id, and to the same question.
fn answer_to(asked: &[u8], answer: &[u8], was: [u8; 2]) -> Option<Vec<u8>> {
    let [asks, says] = [asked, answer].map(Message::from_vec);
    let (asks, says) = (asks.ok()?, says.ok()?);
    let is_it = says.metadata.id == asks.metadata.id
        && says.metadata.op_code == OpCode::Query
        && answer[2] & crate::message::IS_ANSWER != 0
        && says.queries == asks.queries;
    is_it.then(|| [was.as_slice(), &answer[2..]].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_of_a_host_are_those_of_its_file() {
        let text = "# by hand\nsearch example\nnameserver 192.0.2.1\n nameserver  2001:db8::1 # v6\n\
                    nameserver\nnameserver fe80::1%eth0\nnameserver 192.0.2.3\nnameserver 192.0.2.4\n";
        let all: Vec<_> = servers(text).iter().map(ToString::to_string).collect();
        assert_eq!(all, ["192.0.2.1:53", "[2001:db8::1]:53", "192.0.2.3:53"]);
    }

    #[test]
    fn an_answer_is_only_taken_for_what_was_asked() {
        let ask = |name: &str| {
            let mut message = Message::query();
            message.queries.push(Query::query(name.parse().unwrap(), RecordType::A));
            message
        };
        let asked = ask("a.example.");
        let mut said = Message::response(asked.metadata.id, OpCode::Query);
        said.queries = asked.queries.clone();
        let asked = asked.to_vec().unwrap();
        let answer = said.to_vec().unwrap();
        let taken = answer_to(&asked, &answer, [7, 8]).unwrap();
        assert_eq!((&taken[..2], &taken[2..]), ([7, 8].as_slice(), &answer[2..]));
        assert_eq!(answer_to(&asked, &asked, [7, 8]), None);
        said.queries = ask("b.example.").queries;
        assert_eq!(answer_to(&asked, &said.to_vec().unwrap(), [7, 8]), None);
        let mut other = asked;
        other[0] ^= 1;
        assert_eq!(answer_to(&other, &answer, [7, 8]), None);
    }
}
