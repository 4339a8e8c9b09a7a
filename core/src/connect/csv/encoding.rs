//! Bytes of a file ↔ text, exactly: what the encoding does not know is an error in both directions, never a
//! replacement character.
//!
//! A byte order mark decides about the encoding of a file whatever the format says, because it cannot be
//! anything else; it is kept when the file is written again. New files in UTF-16 begin with one.

use std::{
    hash::{DefaultHasher, Hasher as _},
    io::{self, Read, Write},
};

use encoding_rs::{DecoderResult, EncoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// Bytes that are read at a time.
pub const CHUNK: usize = 1 << 16;

/// Why text could not be read.
#[derive(Debug)]
pub enum DecodeError {
    /// The file cannot be read.
    Io(io::Error),
    /// Bytes that are no text in the encoding.
    Malformed {
        /// Line of the file, from 1.
        line: u64,
        /// The encoding's name.
        encoding: &'static str,
    },
}

/// A file as text.
pub struct Decoder<R> {
    reader: R,
    decoder: encoding_rs::Decoder,
    encoding: &'static Encoding,
    mark: &'static [u8],
    /// Read but not decoded yet: only the first bytes, which were looked at for a mark.
    head: Vec<u8>,
    lines: u64,
    bytes: u64,
    checksum: DefaultHasher,
    ended: bool,
}

impl<R: Read> Decoder<R> {
    /// Looks for a byte order mark; without one the text is in `encoding`.
    pub fn new(mut reader: R, encoding: &'static Encoding) -> io::Result<Self> {
        let mut head = vec![0; CHUNK];
        let filled = fill(&mut reader, &mut head)?;
        head.truncate(filled);
        let mut checksum = DefaultHasher::new();
        checksum.write(&head);
        let (encoding, mark) = match Encoding::for_bom(&head) {
            Some((found, _)) => (found, mark_of(found)),
            None => (encoding, &[][..]),
        };
        head.drain(..mark.len());
        Ok(Self {
            reader,
            decoder: encoding.new_decoder_without_bom_handling(),
            encoding,
            mark,
            head,
            lines: 0,
            bytes: filled as u64,
            checksum,
            ended: false,
        })
    }

    /// The encoding of this file.
    pub const fn encoding(&self) -> &'static Encoding {
        self.encoding
    }

    /// Its byte order mark, if it has one.
    pub const fn mark(&self) -> &'static [u8] {
        self.mark
    }

    /// Bytes read so far.
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Checksum of all bytes so far.
    pub fn checksum(&self) -> u64 {
        self.checksum.finish()
    }

    /// Appends more text; `false` at the end of the file.
    pub fn more(&mut self, text: &mut String) -> Result<bool, DecodeError> {
        if self.ended {
            return Ok(false);
        }
        let mut chunk = std::mem::take(&mut self.head);
        if chunk.is_empty() {
            chunk.resize(CHUNK, 0);
            let filled = fill(&mut self.reader, &mut chunk).map_err(DecodeError::Io)?;
            chunk.truncate(filled);
            self.bytes += filled as u64;
            // Chunks are always full but for the last, so that the same bytes give the same checksum.
            self.checksum.write(&chunk);
        }
        self.ended = chunk.is_empty();
        let room = self.decoder.max_utf8_buffer_length_without_replacement(chunk.len());
        text.reserve(room.unwrap_or(4 * CHUNK));
        let before = text.len();
        let (result, _) = self.decoder.decode_to_string_without_replacement(&chunk, text, self.ended);
        let added = text.get(before..).unwrap_or_default();
        self.lines += added.bytes().filter(|byte| *byte == b'\n').count() as u64;
        match result {
            DecoderResult::InputEmpty => Ok(true),
            DecoderResult::OutputFull => {
                Err(DecodeError::Io(io::Error::other("the decoder needs more room than it said")))
            }
            DecoderResult::Malformed(..) => {
                Err(DecodeError::Malformed { line: self.lines + 1, encoding: self.encoding.name() })
            }
        }
    }
}

/// Fills a buffer as far as the reader goes.
fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match reader.read(rest) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

fn mark_of(encoding: &'static Encoding) -> &'static [u8] {
    if encoding == UTF_16LE {
        b"\xff\xfe"
    } else if encoding == UTF_16BE {
        b"\xfe\xff"
    } else {
        b"\xef\xbb\xbf"
    }
}

/// The mark that a new file of this encoding begins with.
pub fn mark_of_new_file(encoding: &'static Encoding) -> &'static [u8] {
    if is_utf16(encoding) { mark_of(encoding) } else { b"" }
}

fn is_utf16(encoding: &'static Encoding) -> bool {
    encoding == UTF_16LE || encoding == UTF_16BE
}

/// The first character of a text that cannot be written in an encoding and read back as the same.
pub fn unwritable(encoding: &'static Encoding, text: &str) -> Option<char> {
    if encoding == UTF_8 || is_utf16(encoding) || (encoding.is_ascii_compatible() && text.is_ascii()) {
        return None;
    }
    if encoding.is_single_byte() {
        return encode(&mut encoding.new_encoder(), text, true, &mut Vec::new()).err().flatten();
    }
    // Some encodings write a character as another one that looks like it, so writing alone proves nothing.
    text.chars().find(|character| {
        let mut bytes = Vec::new();
        let one = character.encode_utf8(&mut [0; 4]).to_owned();
        let mut encoder = encoding.new_encoder();
        encode(&mut encoder, &one, true, &mut bytes).is_err()
            || encoding.decode_without_bom_handling_and_without_replacement(&bytes).as_deref() != Some(&*one)
    })
}

fn encode(
    encoder: &mut encoding_rs::Encoder,
    text: &str,
    last: bool,
    out: &mut Vec<u8>,
) -> Result<(), Option<char>> {
    let room = encoder.max_buffer_length_from_utf8_without_replacement(text.len()).ok_or(None)?;
    out.reserve(room);
    match encoder.encode_from_utf8_to_vec_without_replacement(text, out, last).0 {
        EncoderResult::InputEmpty => Ok(()),
        EncoderResult::OutputFull => Err(None),
        EncoderResult::Unmappable(character) => Err(Some(character)),
    }
}

/// Why text could not be written.
#[derive(Debug)]
pub enum EncodeError {
    /// The file cannot be written.
    Io(io::Error),
    /// A character that the encoding does not have.
    Unmappable {
        /// The character.
        character: char,
        /// The encoding's name.
        encoding: &'static str,
    },
}

impl From<io::Error> for EncodeError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Text on its way into a file.
pub struct Encoder<W> {
    writer: W,
    encoder: encoding_rs::Encoder,
    encoding: &'static Encoding,
    bytes: Vec<u8>,
    ends_with_newline: bool,
}

impl<W: Write> Encoder<W> {
    /// Writes text in `encoding` behind a byte order mark, if any.
    pub fn new(mut writer: W, encoding: &'static Encoding, mark: &[u8]) -> io::Result<Self> {
        writer.write_all(mark)?;
        Ok(Self {
            writer,
            encoder: encoding.new_encoder(),
            encoding,
            bytes: Vec::new(),
            ends_with_newline: true,
        })
    }

    /// True at the beginning of a line.
    pub const fn ends_with_newline(&self) -> bool {
        self.ends_with_newline
    }

    /// Writes text; characters that would be read back as others are refused.
    pub fn write(&mut self, text: &str) -> Result<(), EncodeError> {
        if text.is_empty() {
            return Ok(());
        }
        self.ends_with_newline = text.ends_with('\n');
        if self.encoding == UTF_8 {
            return Ok(self.writer.write_all(text.as_bytes())?);
        }
        self.bytes.clear();
        if self.encoding == UTF_16LE {
            self.bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
        } else if self.encoding == UTF_16BE {
            self.bytes.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
        } else {
            if let Some(character) = unwritable(self.encoding, text) {
                return Err(self.unmappable(character));
            }
            if let Err(found) = encode(&mut self.encoder, text, false, &mut self.bytes) {
                return Err(self.unmappable(found.unwrap_or(char::REPLACEMENT_CHARACTER)));
            }
        }
        Ok(self.writer.write_all(&self.bytes)?)
    }

    fn unmappable(&self, character: char) -> EncodeError {
        EncodeError::Unmappable { character, encoding: self.encoding.name() }
    }

    /// Ends the text and gives the writer back, flushed.
    pub fn finish(mut self) -> Result<W, EncodeError> {
        // Encodings with modes return to their first mode at the end.
        if self.encoding != UTF_8 && !is_utf16(self.encoding) {
            self.bytes.clear();
            encode(&mut self.encoder, "", true, &mut self.bytes)
                .map_err(|_| EncodeError::Io(io::Error::other("the encoder does not end")))?;
            self.writer.write_all(&self.bytes)?;
        }
        self.writer.flush()?;
        Ok(self.writer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoding(label: &str) -> &'static Encoding {
        Encoding::for_label(label.as_bytes()).unwrap()
    }

    fn read(bytes: &[u8], label: &str) -> Result<(String, u64), DecodeError> {
        let mut decoder = Decoder::new(bytes, encoding(label)).map_err(DecodeError::Io)?;
        let mut text = String::new();
        while decoder.more(&mut text)? {}
        Ok((text, decoder.checksum()))
    }

    fn write(text: &str, label: &str, mark: &[u8]) -> Result<Vec<u8>, EncodeError> {
        let mut encoder = Encoder::new(Vec::new(), encoding(label), mark)?;
        encoder.write(text)?;
        encoder.finish()
    }

    #[test]
    fn what_is_written_is_read_back() {
        let long = "Ä€ß".repeat(CHUNK);
        for (label, text) in [
            ("utf-8", "Łódź 東京 🦀\n"),
            ("utf-16le", "Łódź 東京 🦀\n"),
            ("utf-16be", "Łódź 東京 🦀\n"),
            ("windows-1252", "Ä€ß\u{81}\n"),
            ("iso-8859-15", "€\n"),
            ("shift_jis", "東京ｶﾅ\\\n"),
            ("iso-2022-jp", "東京 abc\n"),
            ("gb18030", "東京 🦀\n"),
            ("windows-1252", &long),
            ("utf-8", &long),
            ("utf-16le", &long),
        ] {
            let bytes = write(text, label, b"").unwrap();
            assert_eq!(read(&bytes, label).unwrap().0, text, "{label}");
        }
    }

    #[test]
    fn a_byte_order_mark_decides_and_is_no_text() {
        for label in ["utf-8", "utf-16le", "utf-16be"] {
            let bytes = write("a;ä\n", label, mark_of(encoding(label))).unwrap();
            let mut decoder = Decoder::new(&*bytes, encoding("windows-1252")).unwrap();
            let mut text = String::new();
            while decoder.more(&mut text).unwrap() {}
            assert_eq!((text.as_str(), decoder.encoding()), ("a;ä\n", encoding(label)));
            assert!(bytes.starts_with(decoder.mark()) && !decoder.mark().is_empty());
        }
        assert_eq!(mark_of_new_file(UTF_16LE), b"\xff\xfe");
        assert_eq!(mark_of_new_file(UTF_8), b"");
    }

    #[test]
    fn wrong_bytes_are_an_error_with_their_line() {
        let cases: [(&[u8], &str, u64); 5] = [
            (b"a\nb\n\xe4\n", "utf-8", 3),
            (b"\xef\xbb\xbfa\n\xff", "windows-1252", 2),
            (b"a\0\n\0\0\xd8b\0", "utf-16le", 2),
            (b"a\0b", "utf-16le", 1),
            (b"\n\x82", "shift_jis", 2),
        ];
        for (bytes, label, expected) in cases {
            match read(bytes, label) {
                Err(DecodeError::Malformed { line, .. }) => assert_eq!(line, expected, "{label}"),
                other => panic!("{label}: {other:?}"),
            }
        }
    }

    #[test]
    fn what_would_be_read_back_as_something_else_is_refused() {
        for (label, text, expected) in [
            ("windows-1252", "aŁ", 'Ł'),
            ("us-ascii", "東", '東'),
            // Written as a backslash and a tilde.
            ("shift_jis", "a¥", '¥'),
            ("euc-jp", "‾", '‾'),
            // Written in full width.
            ("iso-2022-jp", "ｶ", 'ｶ'),
        ] {
            assert_eq!(unwritable(encoding(label), text), Some(expected), "{label}");
            match write(text, label, b"") {
                Err(EncodeError::Unmappable { character, .. }) => assert_eq!(character, expected),
                other => panic!("{label}: {other:?}"),
            }
        }
        assert_eq!(unwritable(encoding("utf-16le"), "Ł🦀"), None);
    }

    #[test]
    fn the_checksum_is_that_of_the_bytes() {
        let (one, two) = (vec![b'x'; 3 * CHUNK + 7], vec![b'x'; 3 * CHUNK + 8]);
        assert_eq!(read(&one, "utf-8").unwrap().1, read(&one, "utf-8").unwrap().1);
        assert_ne!(read(&one, "utf-8").unwrap().1, read(&two, "utf-8").unwrap().1);
    }
}
