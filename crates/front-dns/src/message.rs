//! What is answered to a message: which parts of the protocol are served, and how much fits.

use hickory_proto::op::{Edns, Message, MessageType, Metadata, OpCode, ResponseCode};
use hickory_proto::rr::{DNSClass, LowerName, Record, RecordType};
use hickory_proto::serialize::binary::BinEncodable;

use crate::lookup::Answer;
use crate::names::{Failure, Names};

/// How long an answer over UDP is at most, whatever who asks would take: it passes everywhere in one
/// piece (DNS flag day 2020).
const PAYLOAD: u16 = 1232;
/// How long it is where who asks does not say.
const PAYLOAD_DEFAULT: u16 = 512;
/// How long a message of a transfer gets, but for a single record that is longer.
const TRANSFERRED: usize = 16_384;
/// How long a message's beginning is, in bytes.
const HEADER: usize = 12;
/// Where the beginning says that this is an answer, and that something is missing.
pub(crate) const IS_ANSWER: u8 = 0x80;
const TRUNCATED: u8 = 0x02;

/// The way by which a question came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// In a datagram.
    Udp,
    /// Over a connection, and whether from this machine.
    Tcp { own: bool },
}

/// The messages that answer a message, in their order; none: it deserves no answer.
pub(crate) async fn answers(names: &Names, bytes: &[u8], way: Way) -> Vec<Vec<u8>> {
    let Some((head, _)) = bytes.split_first_chunk::<HEADER>() else { return Vec::new() };
    if head[2] & IS_ANSWER != 0 {
        return Vec::new();
    }
    let op = OpCode::from_u8((head[2] >> 3) & 0xf);
    if op != OpCode::Query {
        return vec![refusal(head, ResponseCode::NotImp)];
    }
    // One question, as everybody sends: what else would the answer be about?
    if head[4..8] != [0, 1, 0, 0] {
        return vec![refusal(head, ResponseCode::FormErr)];
    }
    let Ok(request) = Message::from_vec(bytes) else {
        return vec![refusal(head, ResponseCode::FormErr)];
    };
    match answered(names, &request, bytes, way).await {
        Ok(answers) => answers,
        Err(failure) => {
            names.tell(&format!("DNS cannot answer {}: {failure}", question(&request)));
            vec![refusal(head, ResponseCode::ServFail)]
        }
    }
}

fn question(request: &Message) -> String {
    let query = request.queries.first();
    query.map(|query| format!("{} {}", query.name(), query.query_type())).unwrap_or_default()
}

/// An answer without anything but its code.
fn refusal(head: &[u8; HEADER], code: ResponseCode) -> Vec<u8> {
    let mut answer = [0; HEADER];
    answer[..2].copy_from_slice(&head[..2]);
    // The operation and the wish for recursion are told back.
    answer[2] = IS_ANSWER | (head[2] & 0x79);
    answer[3] = code.low();
    answer.to_vec()
}

async fn answered(
    names: &Names,
    request: &Message,
    bytes: &[u8],
    way: Way,
) -> Result<Vec<Vec<u8>>, Failure> {
    let mut said = Message::response(request.metadata.id, OpCode::Query);
    said.metadata = Metadata::response_from_request(&request.metadata);
    said.metadata.message_type = MessageType::Response;
    said.metadata.recursion_available = names.elsewhere.is_some();
    said.queries = request.queries.clone();
    let edns = request.edns.as_ref();
    said.edns = edns.map(|asked| {
        let mut edns = Edns::new();
        edns.set_dnssec_ok(asked.flags().dnssec_ok).set_max_payload(PAYLOAD).set_version(0);
        edns
    });
    let limit = match (way, edns) {
        (Way::Tcp { .. }, _) => u16::MAX,
        (Way::Udp, Some(edns)) => edns.max_payload().clamp(PAYLOAD_DEFAULT, PAYLOAD),
        (Way::Udp, None) => PAYLOAD_DEFAULT,
    };
    let code = |code| {
        let mut said = said.clone();
        said.metadata.response_code = code;
        said
    };
    let Some(query) = request.queries.first() else {
        return Ok(vec![code(ResponseCode::FormErr).to_vec()?]);
    };
    if edns.is_some_and(|edns| edns.version() > 0) {
        return Ok(vec![code(ResponseCode::BADVERS).to_vec()?]);
    }
    if query.query_class() != DNSClass::IN {
        return Ok(vec![code(ResponseCode::Refused).to_vec()?]);
    }
    let (name, kind) = (LowerName::new(query.name()), query.query_type());
    match kind {
        RecordType::AXFR => {
            // Over UDP a transfer cannot be; from elsewhere nobody may have it.
            let is_let = way == Way::Tcp { own: true };
            let all = if is_let { names.transfer(&name).await? } else { None };
            match all {
                Some(all) => transferred(said, all),
                None => Ok(vec![code(ResponseCode::Refused).to_vec()?]),
            }
        }
        RecordType::IXFR | RecordType::OPT | RecordType::TSIG => {
            Ok(vec![code(ResponseCode::NotImp).to_vec()?])
        }
        kind => {
            let signed = edns.is_some_and(|edns| edns.flags().dnssec_ok);
            match names.answer(name, kind, signed).await? {
                Some(answer) => Ok(vec![fitted(said, answer, limit)?]),
                None => match &names.elsewhere {
                    Some(elsewhere) if request.metadata.recursion_desired => {
                        Ok(vec![elsewhere.ask(bytes, way).await?])
                    }
                    _ => Ok(vec![code(ResponseCode::Refused).to_vec()?]),
                },
            }
        }
    }
}

/// The message with as much of the answer as fits: without what only helps where that is too much,
/// and else empty, so that who asks comes again over TCP.
fn fitted(mut said: Message, answer: Answer, limit: u16) -> Result<Vec<u8>, Failure> {
    said.metadata.response_code = answer.code;
    said.metadata.authoritative = answer.authoritative;
    said.answers = answer.answers;
    said.authorities = answer.authority;
    said.additionals = answer.additional;
    let fits = |bytes: &[u8]| bytes.len() <= usize::from(limit) && bytes[2] & TRUNCATED == 0;
    let bytes = said.to_vec()?;
    if fits(&bytes) {
        return Ok(bytes);
    }
    // A referral without the addresses that it needs is none.
    let is_referral = said.answers.is_empty() && !said.metadata.authoritative;
    if !is_referral {
        said.additionals.clear();
        let bytes = said.to_vec()?;
        if fits(&bytes) {
            return Ok(bytes);
        }
    }
    if limit == u16::MAX {
        return Err(Failure::Zone("the answer is longer than any message can be".into()));
    }
    said.answers.clear();
    said.authorities.clear();
    said.additionals.clear();
    said.metadata.truncation = true;
    Ok(said.to_vec()?)
}

/// A transfer, in as many messages as it needs.
fn transferred(said: Message, all: Vec<Record>) -> Result<Vec<Vec<u8>>, Failure> {
    let (mut messages, mut next, mut length) = (Vec::new(), said, 0);
    next.metadata.authoritative = true;
    for record in all {
        let more = record.to_bytes()?.len();
        if length > 0 && length + more > TRANSFERRED {
            messages.push(next.to_vec()?);
            next.answers.clear();
            // Only the first tells what was asked.
            next.queries.clear();
            length = 0;
        }
        length += more;
        next.answers.push(record);
    }
    messages.push(next.to_vec()?);
    match messages.iter().any(|bytes| bytes[2] & TRUNCATED != 0) {
        true => Err(Failure::Zone("a record is longer than any message can be".into())),
        false => Ok(messages),
    }
}
