//! Kinds that are chosen: references, members, composite keys, conversions, column groups.

use egui::Ui;
use syncwright_core::{
    project::{CharacterConversion, ClassRef, ForeignKey, Schema, SchemaType, VirtualKind, VirtualProperty},
    value::ValueType,
};

use crate::ui::{Button, Icon, field, icon_button_ui, text, theme, tokens};

/// Draws what a kind that is chosen needs.
pub fn ui(ui: &mut Ui, schema: &Schema, class: ClassRef<'_>, property: &mut VirtualProperty) {
    let own = class.schema_type;
    let others: Vec<String> =
        class.properties().map(|one| one.name().to_owned()).filter(|name| *name != property.name).collect();
    let mut value_type = None;
    match &mut property.kind {
        VirtualKind::KeyResolution { reference, property } => {
            reference_ui(ui, own, "Reference", reference);
            let to = end_of(schema, own, std::slice::from_ref(reference));
            value_type = column_ui(ui, to, "Property of the referenced object", property);
        }
        VirtualKind::ReferencedProperty { path, property } => {
            path_ui(ui, schema, own, path);
            let to = end_of(schema, own, path);
            value_type = column_ui(ui, to, "Property of the last object", property);
        }
        VirtualKind::Members { schema_type, own_reference, member_reference, property } => {
            table_ui(ui, schema, own, schema_type, own_reference);
            let table = schema.schema_type(schema_type);
            if let Some(table) = table {
                member_ui(ui, table, own_reference, member_reference);
            }
            let to = match (table, member_reference.is_empty()) {
                (table, true) => table,
                (Some(table), false) => end_of(schema, table, std::slice::from_ref(member_reference)),
                (None, false) => None,
            };
            value_type = column_ui(ui, to, "Listed property of the members", property);
        }
        VirtualKind::CompositeKey(names) => composite_ui(ui, &others, names),
        VirtualKind::Convert { property, conversion } => {
            if let Some(chosen) = pick_ui(ui, "Converted property", property, &others) {
                *property = chosen;
            }
            conversion_ui(ui, conversion);
        }
        VirtualKind::ColumnGroup(name) => {
            let groups: Vec<String> = own.column_groups.iter().map(|group| group.name.clone()).collect();
            if let Some(chosen) = pick_ui(ui, "Column group", name, &groups) {
                *name = chosen;
            }
        }
        _ => {}
    }
    if let Some(value_type) = value_type {
        property.value_type = value_type;
    }
}

/// A choice among names; what is chosen now is shown even if it is not among them.
fn pick_ui(ui: &mut Ui, label: &str, current: &str, options: &[String]) -> Option<String> {
    let place = options.iter().position(|option| option == current);
    let missing = if current.is_empty() { "Choose…".to_owned() } else { format!("{current} (not there)") };
    let mut choices: Vec<(usize, &str)> =
        options.iter().enumerate().map(|(place, option)| (place, option.as_str())).collect();
    if place.is_none() {
        choices.insert(0, (usize::MAX, &missing));
    }
    let chosen = field::form_ui(ui, label, |ui| {
        let value = place.unwrap_or(usize::MAX);
        field::choice_ui(ui, label, value, &choices, ui.available_width().min(360.0))
    });
    chosen.and_then(|place| options.get(place).cloned())
}

/// A relation in words: `department_id → departments`.
fn words_of(relation: &ForeignKey) -> String {
    format!("{} → {}", relation.properties.join(", "), relation.references)
}

/// The choice of one relation of a table, by its referring columns.
fn reference_ui(ui: &mut Ui, from: &SchemaType, label: &str, reference: &mut Vec<String>) {
    if from.foreign_keys.is_empty() {
        no_relations_ui(ui, from);
        return;
    }
    let options: Vec<String> = from.foreign_keys.iter().map(words_of).collect();
    let current = from.foreign_keys.iter().find(|one| one.properties == *reference);
    let shown = current.map_or_else(|| reference.join(", "), words_of);
    if let Some(chosen) = pick_ui(ui, label, &shown, &options) {
        let relation = from.foreign_keys.iter().find(|one| words_of(one) == chosen);
        *reference = relation.map(|one| one.properties.clone()).unwrap_or_default();
    }
}

fn no_relations_ui(ui: &mut Ui, from: &SchemaType) {
    let words = format!("{} has no relations; the page Data relations can declare them.", from.name);
    text::hint_ui(ui, words);
}

/// The table that references lead to.
fn end_of<'a>(schema: &'a Schema, from: &'a SchemaType, path: &[Vec<String>]) -> Option<&'a SchemaType> {
    path.iter().try_fold(from, |at, reference| {
        let relation = at.foreign_keys.iter().find(|one| one.properties == *reference)?;
        schema.schema_type(&relation.references)
    })
}

/// The choice of a column of the table at the end; gives its type when another one is chosen.
fn column_ui(ui: &mut Ui, of: Option<&SchemaType>, label: &str, property: &mut String) -> Option<ValueType> {
    let of = of?;
    let options: Vec<String> = of.properties.iter().map(|column| column.name.clone()).collect();
    let chosen = pick_ui(ui, label, property, &options)?;
    let value_type = of.type_of(&chosen);
    *property = chosen;
    Some(value_type)
}

/// References hop by hop.
fn path_ui(ui: &mut Ui, schema: &Schema, own: &SchemaType, path: &mut Vec<Vec<String>>) {
    for hop in 0..path.len() {
        let Some(from) = end_of(schema, own, &path[..hop]) else { break };
        let before = path[hop].clone();
        reference_ui(ui, from, &format!("Hop {}", hop + 1), &mut path[hop]);
        if path[hop] != before {
            // What follows belonged to another table.
            path.truncate(hop + 1);
            break;
        }
    }
    let further = end_of(schema, own, path).and_then(|end| end.foreign_keys.first());
    ui.horizontal(|ui| {
        let add = Button::new("Add hop").icon(Icon::Insert).enabled(further.is_some());
        if ui.add(add).clicked()
            && let Some(relation) = further
        {
            path.push(relation.properties.clone());
        }
        let remove = Button::quiet("Remove last hop").enabled(path.len() > 1);
        if ui.add(remove).clicked() {
            path.pop();
        }
    });
}

/// The table that holds the members, with the columns that refer to this one.
fn table_ui(
    ui: &mut Ui,
    schema: &Schema,
    own: &SchemaType,
    table: &mut String,
    own_reference: &mut Vec<String>,
) {
    let back: Vec<(&SchemaType, &ForeignKey)> = schema
        .types
        .iter()
        .flat_map(|one| one.foreign_keys.iter().map(move |key| (one, key)))
        .filter(|(_, key)| key.references == own.name)
        .collect();
    if back.is_empty() {
        text::hint_ui(ui, format!("No table refers to {}.", own.name));
        return;
    }
    let words = |table: &str, columns: &[String]| format!("{table}, by {}", columns.join(", "));
    let options: Vec<String> = back.iter().map(|(one, key)| words(&one.name, &key.properties)).collect();
    let shown = if table.is_empty() { String::new() } else { words(table, own_reference) };
    let Some(chosen) = pick_ui(ui, "Table of the members", &shown, &options) else { return };
    let place = options.iter().position(|option| *option == chosen);
    if let Some((one, key)) = place.and_then(|place| back.get(place)) {
        table.clone_from(&one.name);
        own_reference.clone_from(&key.properties);
    }
}

/// What the members are: other objects that the table refers to, or its rows.
fn member_ui(ui: &mut Ui, table: &SchemaType, own: &[String], member: &mut Vec<String>) {
    let itself = format!("the rows of {} (1:n)", table.name);
    let others: Vec<&ForeignKey> = table.foreign_keys.iter().filter(|one| one.properties != own).collect();
    let mut options = vec![itself.clone()];
    options.extend(others.iter().map(|one| words_of(one)));
    let current = others.iter().find(|one| one.properties == *member);
    let shown = match current {
        Some(relation) => words_of(relation),
        None if member.is_empty() => itself.clone(),
        None => member.join(", "),
    };
    if let Some(chosen) = pick_ui(ui, "Members", &shown, &options) {
        let relation = others.iter().find(|one| words_of(one) == chosen);
        *member = relation.map(|one| one.properties.clone()).unwrap_or_default();
    }
}

/// Properties of a composite key, in order.
fn composite_ui(ui: &mut Ui, others: &[String], names: &mut Vec<String>) {
    let colors = tokens(ui);
    text::caption_ui(ui, "Properties, in order");
    let mut removed = None;
    for (place, name) in names.iter().enumerate() {
        ui.horizontal(|ui| {
            text::line_ui(ui, format!("{}. {name}", place + 1), theme::mono(), colors.text);
            if icon_button_ui(ui, Icon::Close, &format!("Remove {name} from the key")).clicked() {
                removed = Some(place);
            }
        });
    }
    if let Some(place) = removed {
        names.remove(place);
    }
    let left: Vec<String> = others.iter().filter(|name| !names.contains(name)).cloned().collect();
    if let Some(name) = pick_ui(ui, "Add a property to the key", "", &left) {
        names.push(name);
    }
}

fn conversion_ui(ui: &mut Ui, conversion: &mut CharacterConversion) {
    let choices = [
        (CharacterConversion::LowerCase, "lower case"),
        (CharacterConversion::UpperCase, "UPPER CASE"),
        (CharacterConversion::WithoutAccents, "without accents"),
    ];
    let chosen = field::form_ui(ui, "Conversion", |ui| {
        field::choice_ui(ui, "Conversion", *conversion, &choices, 200.0)
    });
    if let Some(chosen) = chosen {
        *conversion = chosen;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_lead_from_table_to_table() {
        let refers = |name: &str, to: &str| SchemaType {
            name: name.to_owned(),
            foreign_keys: vec![ForeignKey {
                properties: vec![format!("{to}_id")],
                references: to.to_owned(),
                referenced_properties: vec!["id".to_owned()],
                integrity_ensured: true,
                declared: false,
            }],
            ..SchemaType::default()
        };
        let last = SchemaType { name: "c".to_owned(), ..SchemaType::default() };
        let schema = Schema { types: vec![refers("a", "b"), refers("b", "c"), last], ..Schema::default() };
        let path = [vec!["b_id".to_owned()], vec!["c_id".to_owned()]];
        let end = |hops: usize| end_of(&schema, &schema.types[0], &path[..hops]).map(|one| one.name.as_str());
        assert_eq!((end(0), end(1), end(2)), (Some("a"), Some("b"), Some("c")));
        assert!(end_of(&schema, &schema.types[0], &path[1..]).is_none());
    }
}
