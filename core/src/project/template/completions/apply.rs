//! From completions to a schema that was read anew: what fits is taken, the rest is named.

use super::{PropertyCompletion, SchemaCompletions, TypeCompletion};
use crate::project::{
    ColumnGroup, DataOperation, ForeignKey, Schema, SchemaClass, SchemaProperty, SchemaType, VirtualProperty,
    template::Unfit,
};

impl SchemaCompletions {
    /// Completes a schema; types and columns are found by name. Gives what does not fit.
    pub fn apply(&self, schema: &mut Schema) -> Vec<Unfit> {
        let mut unfit = Vec::new();
        for completion in &self.types {
            completion.apply(schema, &mut unfit);
        }
        unfit
    }
}

impl TypeCompletion {
    fn apply(&self, schema: &mut Schema, unfit: &mut Vec<Unfit>) {
        let Some(index) = schema.types.iter().position(|one| one.name == self.name) else {
            unfit.push(Unfit::new(&self.name, "there is no such table"));
            return;
        };
        // Relations lead to other types: looked at before one of them is changed.
        let relations: Vec<&ForeignKey> =
            self.relations.iter().filter(|relation| self.relation_fits(relation, schema, unfit)).collect();
        self.add_virtual_properties(schema, unfit);
        let Some(schema_type) = schema.types.get_mut(index) else { return };
        for relation in relations {
            let same = |known: &&mut ForeignKey| {
                known.properties == relation.properties && known.references == relation.references
            };
            match schema_type.foreign_keys.iter_mut().find(same) {
                Some(known) if known.declared => *known = relation.clone(),
                // The database knows better.
                Some(_) => {}
                None => schema_type.foreign_keys.push(relation.clone()),
            }
        }
        self.complete(schema_type, unfit);
    }

    fn complete(&self, schema_type: &mut SchemaType, unfit: &mut Vec<Unfit>) {
        let mut fits = |what: String, columns: &[String]| match missing(schema_type, columns) {
            None => true,
            Some(column) => {
                unfit.push(Unfit::new(format!("{what} of {}", self.name), no_column(column)));
                false
            }
        };
        let key = !self.key.is_empty() && fits("key".to_owned(), &self.key);
        let template = self
            .display_template
            .as_ref()
            .filter(|template| fits("display template".to_owned(), &placeholders(template)));
        let groups: Vec<&ColumnGroup> = self
            .column_groups
            .iter()
            .filter(|group| fits(format!("column group {}", group.name), &group.properties))
            .collect();
        let mut operation = |what: &str, operation: &Option<DataOperation>| {
            operation
                .clone()
                .filter(|operation| fits(format!("data operation {what}"), &operation.required_keys))
        };
        let insert = operation("insert", &self.operations.insert);
        let update = operation("update", &self.operations.update);
        let delete = operation("delete", &self.operations.delete);

        if key {
            schema_type.key.clone_from(&self.key);
            schema_type.key_declared = true;
        }
        if !self.display_name.is_empty() {
            schema_type.display_name.clone_from(&self.display_name);
        }
        if let Some(template) = template {
            schema_type.display_template = Some(template.clone());
        }
        for group in groups {
            schema_type.column_groups.retain(|known| known.name != group.name);
            schema_type.column_groups.push(group.clone());
        }
        let operations = &mut schema_type.operations;
        for (known, new) in [
            (&mut operations.insert, insert),
            (&mut operations.update, update),
            (&mut operations.delete, delete),
        ] {
            if new.is_some() {
                *known = new;
            }
        }
        for completion in &self.properties {
            match schema_type.properties.iter_mut().find(|property| property.name == completion.name) {
                Some(property) => completion.complete(property),
                None => unfit.push(Unfit::new(
                    format!("{} of {}", completion.name, self.name),
                    "there is no such column",
                )),
            }
        }
    }

    fn relation_fits(&self, relation: &ForeignKey, schema: &Schema, unfit: &mut Vec<Unfit>) -> bool {
        let find = |name: &str| schema.types.iter().find(|one| one.name == name);
        let reason = match (find(&self.name), find(&relation.references)) {
            (Some(from), Some(to)) => missing(from, &relation.properties)
                .or_else(|| missing(to, &relation.referenced_properties))
                .map(no_column),
            _ => Some(format!("there is no table {}", relation.references)),
        };
        let fits = reason.is_none();
        if let Some(reason) = reason {
            let part = format!(
                "relation {} → {} of {}",
                relation.properties.join(", "),
                relation.references,
                self.name
            );
            unfit.push(Unfit::new(part, reason));
        }
        fits
    }

    fn add_virtual_properties(&self, schema: &mut Schema, unfit: &mut Vec<Unfit>) {
        if self.virtual_properties.is_empty() {
            return;
        }
        let columns: Vec<String> = schema
            .types
            .iter()
            .filter(|one| one.name == self.name)
            .flat_map(|one| one.properties.iter().map(|property| property.name.clone()))
            .collect();
        let (taken, fitting): (Vec<&VirtualProperty>, Vec<&VirtualProperty>) =
            self.virtual_properties.iter().partition(|property| columns.contains(&property.name));
        for property in taken {
            let part = format!("virtual property {} of {}", property.name, self.name);
            unfit.push(Unfit::new(part, "there is a column of that name"));
        }
        let at = schema.classes.iter().position(|class| class.name == self.name).unwrap_or_else(|| {
            schema.classes.push(SchemaClass {
                name: self.name.clone(),
                schema_type: self.name.clone(),
                display_name: String::new(),
                filter: None,
                virtual_properties: Vec::new(),
            });
            schema.classes.len() - 1
        });
        let Some(class) = schema.classes.get_mut(at) else { return };
        if class.schema_type != self.name {
            let reason = format!("the class of that name narrows {}", class.schema_type);
            unfit.push(Unfit::new(format!("virtual properties of {}", self.name), reason));
            return;
        }
        for property in fitting {
            class.virtual_properties.retain(|known| known.name != property.name);
            class.virtual_properties.push(property.clone());
        }
    }
}

impl PropertyCompletion {
    fn complete(&self, property: &mut SchemaProperty) {
        property.display_value = self.display_value;
        property.preferred_key = self.preferred_key;
        // What is masked stays masked.
        property.sensitive |= self.sensitive;
        property.revision_counter = self.revision_counter;
        property.hierarchy_sort = self.hierarchy_sort;
        property.scope_reference = self.scope_reference;
        property.auto_fill = self.auto_fill;
        property.compatible_nulls = self.compatible_nulls;
        property.incompatible_data = self.incompatible_data.clone();
    }
}

fn missing<'a>(schema_type: &SchemaType, columns: &'a [String]) -> Option<&'a str> {
    columns.iter().find(|column| schema_type.property(column).is_none()).map(String::as_str)
}

fn no_column(column: &str) -> String {
    format!("there is no column {column}")
}

/// Columns in a display template: what stands between two `%`.
fn placeholders(template: &str) -> Vec<String> {
    let pieces: Vec<&str> = template.split('%').collect();
    let names = pieces.iter().take(pieces.len().saturating_sub(1)).skip(1).step_by(2);
    names.filter(|name| !name.is_empty()).map(|name| (*name).to_owned()).collect()
}
