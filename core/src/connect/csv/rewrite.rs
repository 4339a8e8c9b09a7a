//! A file with its changes, as a new file: untouched records exactly as they were, columns in their order.

use std::{
    hash::{DefaultHasher, Hasher as _},
    io::{self, Write},
};

use super::{
    encoding::{CHUNK, EncodeError, Encoder, mark_of_new_file},
    folder::Folder,
    format::Format,
    keys::{Changes, Number},
    records::{LONGEST, Record},
    table::{Object, Table},
};
use crate::connect::{ConnectError, ErrorKind};

/// What writing a file found.
#[derive(Debug, PartialEq, Eq)]
pub struct Written {
    /// Checksum of the old file.
    pub old_checksum: u64,
    /// Checksum of the new one.
    pub new_checksum: u64,
    /// Records of the new one.
    pub records: Number,
}

/// Writes `table` with its changes to `out`; it has `width` columns.
///
/// # Errors
///
/// If the old file cannot be read, the new one not be written, or a character has no place in its encoding.
pub fn rewrite(
    folder: &Folder,
    format: &Format,
    mut table: Table<'_>,
    changes: &Changes,
    width: usize,
    out: impl Write,
) -> Result<Written, ConnectError> {
    let file = table.file.clone();
    let failed = |error: EncodeError| not_written(folder, &file, error);
    let decoder = table.records.decoder();
    let is_empty = decoder.bytes() == 0;
    let mark = if is_empty { mark_of_new_file(decoder.encoding()) } else { decoder.mark() };
    let mut encoder = Encoder::new(Summed::new(out), decoder.encoding(), mark)
        .map_err(|error| failed(EncodeError::Io(error)))?;
    encoder.write(&table.header).map_err(failed)?;
    let mut line = String::new();
    let mut record = Record::default();
    let (mut number, mut records) = (0, 0);
    while table.next(&mut record)? {
        match Object::of(&record, number, Some(changes)) {
            None => {}
            Some(Object::Record(_)) => encoder.write(table.records.raw()).map_err(failed)?,
            Some(object) => {
                line.clear();
                format.write_fields((0..width).map(|column| object.field(column)), &mut line);
                line.push_str(end_of(table.records.raw()));
                check_length(folder, &file, &line)?;
                encoder.write(&line).map_err(failed)?;
            }
        }
        number += 1;
        records += 1;
    }
    records -= changes.deleted.len() as Number;
    encoder.write(table.records.raw()).map_err(failed)?;
    for fields in changes.new.iter().flatten() {
        line.clear();
        if !encoder.ends_with_newline() {
            line.push_str(format.newline);
        }
        format.write_record(fields.iter().map(String::as_str), &mut line);
        check_length(folder, &file, &line)?;
        encoder.write(&line).map_err(failed)?;
        records += 1;
    }
    let new_checksum = encoder.finish().map_err(failed)?.finish();
    Ok(Written { old_checksum: table.records.decoder().checksum(), new_checksum, records })
}

/// How a record ends; the last of a file may do so without anything.
fn end_of(raw: &str) -> &str {
    match raw {
        _ if raw.ends_with("\r\n") => "\r\n",
        _ if raw.ends_with('\n') => "\n",
        _ => "",
    }
}

/// A record that nobody could read again is not written.
fn check_length(folder: &Folder, file: &str, line: &str) -> Result<(), ConnectError> {
    if line.len() <= LONGEST {
        return Ok(());
    }
    Err(folder
        .error(
            ErrorKind::IncompatibleData,
            format!("{file}: an object of {} MiB is too long for a record", line.len() >> 20),
        )
        .with_help("leave the long properties out of the mapping"))
}

/// An error of writing a file.
pub fn not_written(folder: &Folder, file: &str, error: EncodeError) -> ConnectError {
    match error {
        EncodeError::Io(error) => folder.failed(&format!("writing {file}"), &folder.file(file), &error),
        EncodeError::Unmappable { character, encoding } => folder
            .error(
                ErrorKind::NotADatabase,
                format!("{file} holds {character:?}, which cannot be written back in {encoding}; nothing was written"),
            )
            .with_help("save the file in utf-8, and set that encoding in the format of the connection"),
    }
}

/// Writes in the same chunks in which files are read, so that the checksums can be compared.
struct Summed<W> {
    writer: W,
    chunk: Vec<u8>,
    checksum: DefaultHasher,
}

impl<W: Write> Summed<W> {
    fn new(writer: W) -> Self {
        Self { writer, chunk: Vec::with_capacity(CHUNK), checksum: DefaultHasher::new() }
    }

    fn pass_on(&mut self) -> io::Result<()> {
        self.checksum.write(&self.chunk);
        self.writer.write_all(&self.chunk)?;
        self.chunk.clear();
        Ok(())
    }

    fn finish(&self) -> u64 {
        self.checksum.finish()
    }
}

impl<W: Write> Write for Summed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(CHUNK - self.chunk.len());
        self.chunk.extend_from_slice(bytes.get(..taken).unwrap_or_default());
        if self.chunk.len() == CHUNK {
            self.pass_on()?;
        }
        Ok(taken)
    }

    /// Only at the end: a chunk that is not full must be the last.
    fn flush(&mut self) -> io::Result<()> {
        self.pass_on()?;
        self.writer.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::{connect::csv::keys::Place, project::CsvFormat};

    struct Full(usize);

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn rewritten(old: &[u8], format: &CsvFormat, changes: &Changes) -> Result<Vec<u8>, ConnectError> {
        let temporary = tempfile::tempdir().unwrap();
        let folder = Folder::open("T", temporary.path().to_owned()).unwrap();
        let format = Format::new(format).unwrap();
        let mut out = Vec::new();
        fs::write(folder.file("t.csv"), old).unwrap();
        let table = Table::open(&folder, &format, "t.csv")?;
        let width = table.names.len();
        let written = rewrite(&folder, &format, table, changes, width, &mut out)?;
        // The new file is what the checksum and the number of records say.
        fs::write(folder.file("t.csv"), &out).unwrap();
        let table = Table::open(&folder, &format, "t.csv")?;
        let again = rewrite(&folder, &format, table, &Changes::default(), width, &mut Vec::new())?;
        if (again.old_checksum, again.records) != (written.new_checksum, written.records) {
            return Err(folder.error(ErrorKind::Other, format!("{written:?} is what {again:?} found")));
        }
        Ok(out)
    }

    fn update(changes: &mut Changes, number: Number, column: usize, field: &str) {
        changes.update(Place::Record(number), std::iter::once((column, field.to_owned())));
    }

    #[test]
    fn untouched_records_stay_byte_for_byte() {
        let plain = CsvFormat::default();
        let old = b"\xef\xbb\xbf\"id\",name , x\r\n\r\n1,\"a\",\n\"2\", b ,\"\"\r\n3,c,z\n\n4,d,";
        let mut changes = Changes::default();
        assert_eq!(rewritten(old, &plain, &changes).unwrap(), old);
        update(&mut changes, 1, 1, "b,b");
        changes.delete(Place::Record(2));
        changes.insert(vec!["5".to_owned(), " e".to_owned(), String::new()]);
        let gone = changes.insert(vec!["6".to_owned(), String::new(), String::new()]);
        changes.delete(gone);
        let new = "\u{feff}\"id\",name , x\r\n\r\n1,\"a\",\n2,\"b,b\",\r\n\n4,d,\n5,\" e\",\n";
        assert_eq!(String::from_utf8(rewritten(old, &plain, &changes).unwrap()).unwrap(), new);
    }

    #[test]
    fn files_without_records_and_without_header_grow() {
        let mut changes = Changes::default();
        changes.insert(vec!["1".to_owned(), "ä".to_owned()]);
        let bare = CsvFormat { header: false, encoding: "windows-1252".to_owned(), ..CsvFormat::default() };
        assert_eq!(rewritten(b"", &bare, &changes).unwrap(), b"1,\xe4\n");
        assert_eq!(rewritten(b"0,x", &bare, &changes).unwrap(), b"0,x\n1,\xe4\n");
        let wide = CsvFormat { header: false, encoding: "utf-16le".to_owned(), ..CsvFormat::default() };
        assert_eq!(rewritten(b"", &wide, &changes).unwrap(), b"\xff\xfe1\0,\0\xe4\0\n\0");
        // A file without a mark does not get one.
        assert_eq!(rewritten(b"0\0,\0x\0\n\0", &wide, &changes).unwrap(), b"0\0,\0x\0\n\x001\0,\0\xe4\0\n\0");
    }

    #[test]
    fn long_files_have_the_same_checksum_written_and_read() {
        let format = CsvFormat::default();
        let old = format!("id,name\n{}", "1,Müller\n".repeat(40_000));
        let mut changes = Changes::default();
        update(&mut changes, 39_999, 0, "2");
        let new = rewritten(old.as_bytes(), &format, &changes).unwrap();
        assert_eq!(new.len(), old.len());
        assert!(new.ends_with("\n2,Müller\n".as_bytes()));
    }

    #[test]
    fn a_full_disk_is_told_as_such() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = Folder::open("T", temporary.path().to_owned()).unwrap();
        let format = Format::new(&CsvFormat::default()).unwrap();
        fs::write(folder.file("t.csv"), format!("id\n{}", "1\n".repeat(100_000))).unwrap();
        for room in [0, CHUNK] {
            let table = Table::open(&folder, &format, "t.csv").unwrap();
            let error = rewrite(&folder, &format, table, &Changes::default(), 1, Full(room)).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Full, "{error}");
        }
    }

    /// Half-width letters in this encoding come back in full width.
    #[test]
    fn what_cannot_be_written_back_stops_the_writing() {
        let format = CsvFormat { encoding: "iso-2022-jp".to_owned(), ..CsvFormat::default() };
        let error = rewritten(b"id\n\x1b(I6\x1b(B\n", &format, &Changes::default()).unwrap_err();
        assert_eq!(error.kind, ErrorKind::NotADatabase, "{error}");
    }
}
