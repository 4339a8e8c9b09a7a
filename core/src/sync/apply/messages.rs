//! What there is to say about objects that could not be written, or not completely.

use super::MemberChange;
use crate::{
    connect::ConnectError,
    journal::{Message, MessageLevel, PropertyChange},
    mapping::{MemberTable, Target, WriteAs},
    sync::{
        pending::{Pending, WrittenObject},
        references::Resolved,
        rows::RowWrite,
    },
    value::{MASK, Value},
};

pub(super) fn shown(target: &Target, value: &Value) -> String {
    if target.secret { MASK.to_owned() } else { value.to_string() }
}

fn about(level: MessageLevel, code: &str, text: String, object: &str, property: &str, rule: &str) -> Message {
    Message {
        level,
        code: code.to_owned(),
        text,
        object: Some(object.to_owned()),
        property: Some(property.to_owned()),
        rule: Some(rule.to_owned()),
    }
}

/// The database gave the new object its key, and the values that it was created with are not its alone; `what`
/// says what is not done yet.
pub(super) fn not_found_again(object: &WrittenObject, property: &str, rule: &str, what: &str) -> Message {
    let text = format!("{what}: the new object cannot be told from others by its values; run again");
    about(MessageLevel::Warning, "SW-R106", text, &object.name, property, rule)
}

/// Whether an object, or something of it, is written cannot be found out.
pub fn unknown(object: &str) -> Message {
    Message {
        level: MessageLevel::Warning,
        code: "SW-R116".to_owned(),
        text:
            "whether this change was written before the interruption cannot be told: only sensitive values or \
               members changed, or somebody else changed the object meanwhile"
                .to_owned(),
        object: Some(object.to_owned()),
        property: None,
        rule: None,
    }
}

/// A value that a column cannot hold.
pub(super) fn does_not_fit(object: &str, change: &PropertyChange, error: &ConnectError) -> Box<Message> {
    let (code, text) = (error.kind.code(), with_help(error));
    Box::new(about(MessageLevel::Error, code, text, object, &change.property, &change.rule))
}

/// The same of a reference that is set in the second pass.
pub(super) fn does_not_fit_pending(one: &Pending, error: &ConnectError) -> Message {
    let (code, text) = (error.kind.code(), with_help(error));
    about(MessageLevel::Error, code, text, &one.object.name, &one.property, &one.rule)
}

fn with_help(error: &ConnectError) -> String {
    let help = error.help.as_deref().map(|help| format!(" ({help})")).unwrap_or_default();
    format!("{error}{help}")
}

/// The database, or a rule of ours, refuses a row.
pub(super) fn refused(row: &RowWrite, error: &ConnectError) -> Message {
    Message {
        level: MessageLevel::Error,
        code: error.kind.code().to_owned(),
        text: with_help(error),
        object: Some(row.name.clone()),
        property: None,
        rule: None,
    }
}

/// The same of a row that stands for a member.
pub(super) fn member_refused(row: &RowWrite, change: &MemberChange, error: &ConnectError) -> Message {
    let Message { level, code, text, object, .. } = refused(row, error);
    let member = row.member.as_deref().unwrap_or_default();
    Message {
        level,
        code,
        text: format!("member “{member}”: {text}"),
        object,
        property: Some(change.property.clone()),
        rule: Some(change.rule.clone()),
    }
}

/// A list of members that is sent whole and refused: nothing of it is written (R15).
pub(super) fn list_refused(change: &MemberChange, error: &ConnectError) -> Message {
    let text = format!("the list is sent whole, so all of it stays as it was: {}", with_help(error));
    let (property, rule) = (&change.property, &change.rule);
    about(MessageLevel::Error, error.kind.code(), text, &change.object.name, property, rule)
}

/// A member that cannot do without an object that it belongs to.
pub(super) fn cannot_be_cleared(
    target: &Target,
    table: &MemberTable,
    change: &MemberChange,
    member: &Value,
) -> Message {
    let text = format!(
        "member “{}” cannot be taken out: {} of {} is mandatory or part of its key, so each of its objects must \
         belong to one",
        shown(target, member),
        table.own.columns.join(", "),
        table.schema_type
    );
    about(MessageLevel::Error, "SW-R117", text, &change.object.name, &change.property, &change.rule)
}

/// A member that is to be taken out and has no row that says it is in.
pub(super) fn nothing_to_take_out(target: &Target, change: &MemberChange, member: &Value) -> Message {
    let text = format!(
        "member “{}” is not taken out: no row says that it is in; somebody else may have changed that meanwhile",
        shown(target, member)
    );
    about(MessageLevel::Warning, "SW-R122", text, &change.object.name, &change.property, &change.rule)
}

/// A member of one object only that several objects want.
pub(super) fn wanted_twice(target: &Target, change: &MemberChange, member: &Value, other: &str) -> Message {
    let text = format!(
        "member “{}” is not added: it can belong to one object only, and {other} wants it, too",
        shown(target, member)
    );
    about(MessageLevel::Warning, "SW-R118", text, &change.object.name, &change.property, &change.rule)
}

/// A text that is no value of a column group or composite key.
pub(super) fn not_split(
    target: &Target,
    object: &str,
    change: &PropertyChange,
    columns: &[String],
) -> Message {
    let text = format!(
        "“{}” cannot become {}: it must have {} parts with | between them, each a value of its column; the \
         object is left out",
        shown(target, &change.new),
        columns.join(", "),
        columns.len()
    );
    about(MessageLevel::Error, "SW-R102", text, object, &change.property, &change.rule)
}

/// A reference or member that leads to no object, or to several.
pub fn unresolved_message(
    target: &Target,
    object: &str,
    rule: &str,
    value: &Value,
    found: &Resolved,
) -> Message {
    let (what, schema_type, property) = match &target.write_as {
        WriteAs::Reference { references, onward, property, .. } => {
            let end = onward.last().map_or(references, |hop| &hop.references);
            ("the reference is not set", end.as_str(), property.as_str())
        }
        WriteAs::Members(MemberTable { schema_type, member, property, .. }) => {
            let end = member.as_ref().map_or(schema_type, |hop| &hop.references);
            ("the member is not added", end.as_str(), property.as_str())
        }
        WriteAs::Column | WriteAs::Columns { .. } => ("the value is not set", "", ""),
    };
    let why = match found {
        Resolved::Ambiguous => "more than one object",
        Resolved::Missing | Resolved::Key(_) => "no object",
    };
    let value = shown(target, value);
    let text = match &target.write_as {
        WriteAs::Reference { onward, .. } if !onward.is_empty() => {
            format!(
                "{what}: {why} that it can refer to leads to a {schema_type} whose {property} is “{value}”"
            )
        }
        _ => format!("{what}: {why} of {schema_type} has {property} “{value}”"),
    };
    about(MessageLevel::Warning, "SW-R104", text, object, &target.property, rule)
}
