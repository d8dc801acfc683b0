//! Values to JSON; answers to bytes, each shape in its envelope.

use serde::Serialize;

use super::Wire;
use crate::form::{self, Form, Record};
use crate::page::Page;
use crate::{Op, Shape};

/// Writes the fields of a record, one after the other in its own order.
#[derive(Debug)]
pub struct Writer<'a> {
    out: &'a mut Vec<u8>,
    left: std::slice::Iter<'static, form::Field>,
    is_first: bool,
}

impl<'a> Writer<'a> {
    /// Begins an object of this form.
    pub fn new(out: &'a mut Vec<u8>, form: &'static Form) -> Self {
        let Form::Record(Record { fields, .. }) = form else {
            unreachable!("a struct's form is a record")
        };
        out.push(b'{');
        Self { out, left: fields.iter(), is_first: true }
    }

    /// Writes the next field.
    pub fn next<T: Wire>(&mut self, value: &T) {
        self.field(value.is_nothing(), &|out| value.write(out));
    }

    fn field(&mut self, is_nothing: bool, write: &dyn Fn(&mut Vec<u8>)) {
        let Some(field) = self.left.next() else { return };
        if field.omit && is_nothing {
            return;
        }
        if !self.is_first {
            self.out.push(b',');
        }
        if !field.flat {
            self.is_first = false;
            self.out.push(b'"');
            self.out.extend_from_slice(field.name.as_bytes());
            self.out.extend_from_slice(b"\":");
            return write(self.out);
        }
        // Its own fields, without the braces around them.
        let begin = self.out.len();
        write(self.out);
        self.out.pop();
        self.out.remove(begin);
        match self.out.len() == begin {
            false => self.is_first = false,
            true if !self.is_first => self.out.truncate(begin - 1),
            true => {}
        }
    }

    /// Ends it.
    pub fn end(self) {
        self.out.push(b'}');
    }
}

/// The word of an enum's variant.
pub fn word(form: &'static Form, place: usize) -> &'static str {
    let Form::Words(words) = form else { unreachable!("an enum's form is words") };
    words.words[place].word
}

/// A text.
pub fn text(out: &mut Vec<u8>, text: &str) {
    json(out, text);
}

/// What serde knows how to write.
pub fn json<T: Serialize + ?Sized>(out: &mut Vec<u8>, value: &T) {
    serde_json::to_writer(out, value).expect("API types have string keys and cannot fail");
}

/// A list.
pub(super) fn items(out: &mut Vec<u8>, count: usize, write: &mut dyn FnMut(usize, &mut Vec<u8>)) {
    out.push(b'[');
    for place in 0..count {
        if place > 0 {
            out.push(b',');
        }
        write(place, out);
    }
    out.push(b']');
}

/// An object whose fields no type knows.
pub(super) fn entries<'a>(
    out: &mut Vec<u8>,
    entries: impl Iterator<Item = (&'a String, impl FnOnce(&mut Vec<u8>))>,
) {
    out.push(b'{');
    for (place, (name, write)) in entries.enumerate() {
        if place > 0 {
            out.push(b',');
        }
        text(out, name);
        out.push(b':');
        write(out);
    }
    out.push(b'}');
}

/// No body.
pub fn empty(_: &Op, (): &()) -> Vec<u8> {
    Vec::new()
}

/// The response itself.
pub fn bare<T: Wire>(_: &Op, response: &T) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    response.write(&mut out);
    out
}

/// A text that is no JSON.
pub fn plain(_: &Op, response: &str) -> Vec<u8> {
    response.into()
}

/// `{"KEY":response}`, or under both of an operation's keys.
pub fn key<T: Wire>(op: &Op, response: &T) -> Vec<u8> {
    under_key(op, &|out| response.write(out))
}

fn under_key(op: &Op, write: &dyn Fn(&mut Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::with_capacity(1024);
    open(&mut out, op);
    write(&mut out);
    if let Some(also) = op.also {
        out.extend_from_slice(format!(",\"{also}\":").as_bytes());
        write(&mut out);
    }
    out.push(b'}');
    out
}

/// `{"KEY":[...],"meta":{...}}`.
pub fn list<T: Wire>(op: &Op, page: &Page<T>) -> Vec<u8> {
    let mut out = Vec::with_capacity(256 + page.items.len() * 512);
    open(&mut out, op);
    page.items.write(&mut out);
    close(out, page)
}

/// The same, of items that are JSON already.
pub fn rendered<T: AsRef<[u8]>>(op: &Op, page: &Page<T>) -> Vec<u8> {
    let bytes: usize = page.items.iter().map(|item| item.as_ref().len() + 1).sum();
    let mut out = Vec::with_capacity(256 + bytes);
    open(&mut out, op);
    items(&mut out, page.items.len(), &mut |place, out| {
        out.extend_from_slice(page.items[place].as_ref());
    });
    close(out, page)
}

fn close<T>(mut out: Vec<u8>, page: &Page<T>) -> Vec<u8> {
    out.extend_from_slice(b",\"meta\":");
    page.meta.write(&mut out);
    out.push(b'}');
    out
}

/// `{"KEY":item}` of an item that is JSON already.
pub fn rendered_one(op: &Op, item: &[u8]) -> Vec<u8> {
    under_key(op, &|out| out.extend_from_slice(item))
}

fn open(out: &mut Vec<u8>, op: &Op) {
    let (Shape::Key(key) | Shape::List(key)) = op.shape else {
        unreachable!("the macro pairs shape and envelope")
    };
    out.extend_from_slice(b"{\"");
    out.extend_from_slice(key.as_bytes());
    out.extend_from_slice(b"\":");
}
