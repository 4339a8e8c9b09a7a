//! From a schema to its completions.

use super::{PropertyCompletion, SchemaCompletions, TypeCompletion};
use crate::project::{Schema, SchemaProperty, SchemaType};

impl SchemaCompletions {
    /// What a person completed in a schema.
    #[must_use]
    pub fn of(schema: &Schema) -> Self {
        let completed = |schema_type| {
            let completion = TypeCompletion::of(schema, schema_type);
            let nothing = TypeCompletion { name: completion.name.clone(), ..TypeCompletion::default() };
            (completion != nothing).then_some(completion)
        };
        Self { types: schema.types.iter().filter_map(completed).collect() }
    }
}

impl TypeCompletion {
    fn of(schema: &Schema, schema_type: &SchemaType) -> Self {
        let SchemaType {
            name,
            display_name,
            display_template,
            properties,
            key,
            key_declared,
            foreign_keys,
            column_groups,
            operations,
            // The catalog tells these again.
            owner: _,
            table: _,
            comment: _,
            view: _,
            unique_keys: _,
        } = schema_type;
        let class = schema.classes.iter().find(|class| class.name == *name && class.schema_type == *name);
        Self {
            name: name.clone(),
            display_name: display_name.clone(),
            display_template: display_template.clone(),
            key: if *key_declared { key.clone() } else { Vec::new() },
            column_groups: column_groups.clone(),
            relations: foreign_keys.iter().filter(|relation| relation.declared).cloned().collect(),
            operations: operations.clone(),
            virtual_properties: class.map(|class| class.virtual_properties.clone()).unwrap_or_default(),
            properties: properties.iter().filter_map(PropertyCompletion::of).collect(),
        }
    }
}

impl PropertyCompletion {
    fn of(property: &SchemaProperty) -> Option<Self> {
        let SchemaProperty {
            name,
            display_value,
            preferred_key,
            sensitive,
            revision_counter,
            hierarchy_sort,
            scope_reference,
            auto_fill,
            compatible_nulls,
            incompatible_data,
            // The catalog tells these again.
            value_type: _,
            native_type: _,
            mandatory: _,
            max_length: _,
            keeps: _,
            default_value: _,
            generated: _,
            comment: _,
            unusable: _,
        } = property;
        let completion = Self {
            name: name.clone(),
            display_value: *display_value,
            preferred_key: *preferred_key,
            sensitive: *sensitive,
            revision_counter: *revision_counter,
            hierarchy_sort: *hierarchy_sort,
            scope_reference: *scope_reference,
            auto_fill: *auto_fill,
            compatible_nulls: *compatible_nulls,
            incompatible_data: incompatible_data.clone(),
        };
        (completion != Self { name: name.clone(), ..Self::default() }).then_some(completion)
    }
}
