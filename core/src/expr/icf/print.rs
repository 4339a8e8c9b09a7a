//! A filter in its canonical spelling.

use std::fmt::{self, Display, Formatter};

use super::{IcfFilter, Literal, Node, Test, Written};

impl Display for IcfFilter {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write_node(out, &self.root)
    }
}

fn write_node(out: &mut Formatter<'_>, node: &Node) -> fmt::Result {
    match node {
        Node::And(parts) => write_joined(out, parts, " & "),
        Node::Or(parts) => write_joined(out, parts, " | "),
        Node::Not(inner) => {
            out.write_str("not(")?;
            write_node(out, inner)?;
            out.write_str(")")
        }
        Node::Test(test) => write_test(out, test),
    }
}

fn write_joined(out: &mut Formatter<'_>, parts: &[Node], sign: &str) -> fmt::Result {
    for (position, part) in parts.iter().enumerate() {
        if position > 0 {
            out.write_str(sign)?;
        }
        // Brackets also around a list of the same kind: it was one list inside the other.
        if matches!(part, Node::And(_) | Node::Or(_)) {
            out.write_str("(")?;
            write_node(out, part)?;
            out.write_str(")")?;
        } else {
            write_node(out, part)?;
        }
    }
    Ok(())
}

fn write_test(out: &mut Formatter<'_>, test: &Test) -> fmt::Result {
    write!(out, "{}({}, ", test.operator.name(), quoted(&test.attribute))?;
    let values = test.values.iter().map(written).collect::<Vec<_>>().join(", ");
    if test.is_list { write!(out, "[{values}])") } else { write!(out, "{values})") }
}

fn written(literal: &Literal) -> String {
    match &literal.value {
        Written::Text(text) => quoted(text),
        Written::Number(number) => number.clone(),
        Written::Boolean(value) => value.to_string(),
        Written::Null => "null".to_owned(),
    }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("'");
    for letter in text.chars() {
        match letter {
            '\\' | '\'' => quoted.extend(['\\', letter]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            other => quoted.push(other),
        }
    }
    quoted.push('\'');
    quoted
}
