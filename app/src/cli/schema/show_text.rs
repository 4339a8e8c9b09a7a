//! The text of `syncwright schema PROJECT show`.

use std::fmt::Write as _;

use syncwright_core::{
    project::{Generated, SchemaProperty, SchemaType},
    schema::{
        keys::{DuplicateKey, KeyCandidate, KeyCheck, RowExample},
        relations::{NameEvidence, RelationCandidate, RelationCheck},
        unusable, without_key,
    },
    value::Value,
};

use super::{
    compress::capital,
    counted,
    show::{Shown, wanted},
};
use crate::cli::{
    diagnose::printable,
    table::{Align, table},
};

/// Columns that a cell of the table of types names at most.
const NAMED_KEYS: usize = 4;

/// The systems, one after the other, ending in a line end.
pub fn to_text(systems: &[Shown], types: &[String], limit: usize) -> String {
    let mut text = String::new();
    for system in systems {
        push_head(&mut text, system);
        if types.is_empty() {
            push_types(&mut text, system, limit);
            push_unusable(&mut text, system, limit);
        } else {
            for schema_type in system.schema.types.iter().filter(|one| wanted(types, &one.name)) {
                push_columns(&mut text, schema_type);
            }
        }
        push_keys(&mut text, system);
        push_relations(&mut text, system);
    }
    text
}

fn push_head(text: &mut String, system: &Shown) {
    let Shown { side, label, identifier, detected, schema, owners, known, .. } = system;
    let source = if *detected { "as the database has it now" } else { "as the project file has it" };
    let name = format!("{} “{label}” ({identifier})", capital(side.system_name()));
    let columns: usize = schema.types.iter().map(|one| one.properties.len()).sum();
    let amount = format!("{}, {}", counted(schema.types.len(), "types"), counted(columns, "columns"));
    writeln!(text, "{}, {source}: {amount}", printable(&name)).ok();
    for product in known {
        let owner = product.owner.as_ref().map(|owner| format!(" in {owner}")).unwrap_or_default();
        let product = format!("Recognised: {}{owner}", product.fingerprint.display_name);
        writeln!(text, "{}", printable(&product)).ok();
    }
    if owners.len() > 1 || !schema.owners.is_empty() {
        let header =
            [("Owner", Align::Left), ("Tables", Align::Right), ("Views", Align::Right), ("", Align::Left)];
        let rows = owners.iter().map(|count| {
            let loaded = schema.owners.is_empty() || schema.owners.contains(&count.owner);
            let loaded = if loaded { "" } else { "not loaded" };
            vec![count.owner.clone(), count.tables.to_string(), count.views.to_string(), loaded.to_owned()]
        });
        writeln!(text, "\n{}", table(&header, rows).trim_end()).ok();
    }
    text.push('\n');
}

fn push_types(text: &mut String, system: &Shown, limit: usize) {
    let types = &system.schema.types;
    if types.is_empty() {
        text.push_str("No types yet: `syncwright schema PROJECT update --accept` reads them\n\n");
        return;
    }
    let header = [
        ("Type", Align::Left),
        ("Columns", Align::Right),
        ("Key", Align::Left),
        ("Relations", Align::Right),
        ("Remarks", Align::Left),
    ];
    let row = |one: &SchemaType| {
        vec![
            one.name.clone(),
            one.properties.len().to_string(),
            key_text(&one.key),
            one.foreign_keys.len().to_string(),
            type_remarks(one),
        ]
    };
    text.push_str(&table(&header, types.iter().take(limit).map(row)));
    let hidden = types.len().saturating_sub(limit);
    if hidden > 0 {
        writeln!(text, "… and {hidden} more, use --limit, --type or --format json").ok();
    }
    text.push('\n');
    let keyless = without_key(&system.schema);
    if !keyless.is_empty() {
        writeln!(
            text,
            "{} without key: no synchronization for {}. Look for keys with --keys\n",
            capital(&counted(keyless.len(), "types")),
            if keyless.len() == 1 { "it" } else { "them" }
        )
        .ok();
    }
}

fn key_text(key: &[String]) -> String {
    let mut text = key.iter().take(NAMED_KEYS).cloned().collect::<Vec<_>>().join(", ");
    if key.len() > NAMED_KEYS {
        text.push_str(", …");
    }
    if text.is_empty() { "none".to_owned() } else { text }
}

fn type_remarks(schema_type: &SchemaType) -> String {
    let unusable = schema_type.properties.iter().filter(|property| property.unusable.is_some()).count();
    let parts = [
        schema_type.view.then(|| "view".to_owned()),
        (schema_type.name != schema_type.table_name()).then(|| format!("table {}", schema_type.table_name())),
        schema_type.key_declared.then(|| "key declared".to_owned()),
        (unusable > 0).then(|| format!("{unusable} not usable")),
        schema_type.display_template.clone(),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn push_unusable(text: &mut String, system: &Shown, limit: usize) {
    let columns = unusable(&system.schema);
    if columns.is_empty() {
        return;
    }
    text.push_str("Columns that cannot be used:\n");
    for column in columns.iter().take(limit) {
        let line = format!("  {}.{}: {}", column.schema_type, column.property, column.reason);
        writeln!(text, "{}", printable(&line)).ok();
    }
    let hidden = columns.len().saturating_sub(limit);
    if hidden > 0 {
        writeln!(text, "  … and {hidden} more, use --limit or --format json").ok();
    }
    text.push('\n');
}

fn push_columns(text: &mut String, schema_type: &SchemaType) {
    let line = format!("{}: key {}", schema_type.name, key_text(&schema_type.key));
    writeln!(text, "{}\n", printable(&line)).ok();
    let header = ["Column", "Type", "In the database", "Remarks"].map(|name| (name, Align::Left));
    let row = |property: &SchemaProperty| {
        vec![
            property.name.clone(),
            property.value_type.label(),
            property.native_type.clone(),
            remarks(schema_type, property),
        ]
    };
    text.push_str(&table(&header, schema_type.properties.iter().map(row)));
    text.push('\n');
}

fn remarks(schema_type: &SchemaType, property: &SchemaProperty) -> String {
    let mut remarks: Vec<String> = Vec::new();
    let name = &property.name;
    let flags = [
        (schema_type.is_key(name), "key"),
        (schema_type.unique_keys.iter().any(|key| key.as_slice() == [name.clone()]), "unique"),
        (property.mandatory && !schema_type.is_key(name), "mandatory"),
        (property.generated == Generated::Identity, "filled if empty"),
        (property.generated == Generated::Always, "computed"),
        (property.sensitive, "sensitive"),
        (property.revision_counter, "revision counter"),
        (property.hierarchy_sort, "parent in the hierarchy"),
    ];
    remarks.extend(flags.into_iter().filter(|(is, _)| *is).map(|(_, remark)| remark.to_owned()));
    for relation in schema_type.foreign_keys.iter().filter(|relation| relation.properties.contains(name)) {
        let declared = if relation.declared { " (declared)" } else { "" };
        let to = relation.referenced_properties.join(", ");
        remarks.push(format!("→ {}.{to}{declared}", relation.references));
    }
    remarks.extend(property.unusable.iter().map(|why| format!("not usable: {why}")));
    remarks.join(", ")
}

fn push_keys(text: &mut String, system: &Shown) {
    for (name, proposed) in system.keys.iter().flatten() {
        let line = match proposed.first() {
            None => format!("{name}: nothing looks like a key"),
            Some((_, check)) => format!("{name}: possible keys, checked in {}", counted_rows(check.rows)),
        };
        writeln!(text, "{}", printable(&line)).ok();
        for (candidate, check) in proposed {
            push_key(text, candidate, check);
        }
        text.push('\n');
    }
}

fn counted_rows(rows: u64) -> String {
    counted(usize::try_from(rows).unwrap_or(usize::MAX), "rows")
}

fn push_key(text: &mut String, candidate: &KeyCandidate, check: &KeyCheck) {
    let verdict = match (check.is_key(), check.rows) {
        (true, 0) => "nothing to check it with".to_owned(),
        (true, _) => "is a key".to_owned(),
        (false, _) => {
            let duplicates = (check.duplicate_rows > 0)
                .then(|| format!("{} share {} values", check.duplicate_rows, check.duplicate_keys));
            let nulls = (check.null_rows > 0).then(|| format!("{} with NULL", counted_rows(check.null_rows)));
            format!("no key: {}", duplicates.into_iter().chain(nulls).collect::<Vec<_>>().join(", "))
        }
    };
    let line = format!("  {}: {verdict} ({})", candidate.properties.join(" + "), candidate.evidence);
    writeln!(text, "{}", printable(&line)).ok();
    for DuplicateKey { key, rows } in &check.duplicates {
        let key = key.iter().map(quoted).collect::<Vec<_>>().join(" + ");
        writeln!(text, "    {} in {rows} rows", printable(&key)).ok();
    }
    for RowExample(values) in &check.nulls {
        let values: Vec<String> =
            values.iter().map(|(name, value)| format!("{name} = {}", quoted(value))).collect();
        writeln!(text, "    {}", printable(&values.join(", "))).ok();
    }
}

/// Texts in quotes, so that blanks at the ends can be seen.
fn quoted(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::String(text) => format!("{text:?}"),
        other => other.to_string(),
    }
}

fn push_relations(text: &mut String, system: &Shown) {
    let Some(relations) = &system.relations else { return };
    if relations.is_empty() {
        text.push_str("No relations to propose beside those of the catalog\n\n");
        return;
    }
    text.push_str("Possible relations:\n");
    for (candidate, check) in relations {
        push_relation(text, candidate, check);
    }
    text.push('\n');
}

fn push_relation(text: &mut String, candidate: &RelationCandidate, check: &RelationCheck) {
    let RelationCandidate { schema_type, properties, references, referenced_properties, .. } = candidate;
    let from = properties.iter().map(|name| format!("{schema_type}.{name}")).collect::<Vec<_>>().join(" + ");
    let to = referenced_properties.iter().map(|name| format!("{references}.{name}"));
    let to = to.collect::<Vec<_>>().join(" + ");
    let why = candidate.evidence.map_or_else(|| "its values occur there".to_owned(), evidence);
    let percent = (candidate.confidence() * 100.0).round();
    let data = match (check.references, check.dangling) {
        (0, _) => "no values yet".to_owned(),
        (all, 0) => format!("all {all} references lead somewhere"),
        (all, dangling) => format!("{dangling} of {all} references lead nowhere"),
    };
    let line = format!("  {from} → {to}: {data} ({why}; confidence {percent} %)");
    writeln!(text, "{}", printable(&line)).ok();
    for example in &check.examples {
        let values: Vec<String> = example.values.iter().map(|value| format!("{value:?}")).collect();
        writeln!(text, "    {} in {}", printable(&values.join(" + ")), counted_rows(example.rows)).ok();
    }
}

fn evidence(evidence: NameEvidence) -> String {
    evidence.to_string()
}
