//! Statements as SQL text, one `?` per value that is to be bound.

use super::{dialect::Dialect, filter::SqlCondition, transport::travels_as_text};
use crate::{
    connect::SearchRequest,
    project::{SchemaProperty, SchemaType},
};

/// The table of a type, with its owner.
pub fn table(dialect: &dyn Dialect, schema_type: &SchemaType) -> String {
    dialect.table(schema_type.owner.as_deref(), schema_type.table_name())
}

/// What SELECT lists for these properties.
fn select_list(dialect: &dyn Dialect, columns: &[SchemaProperty]) -> String {
    if columns.is_empty() {
        // Rows are wanted, not values.
        return "1".to_owned();
    }
    let parts: Vec<String> = columns
        .iter()
        .enumerate()
        .map(|(number, property)| {
            let column = dialect.quote(&property.name);
            let expression = if travels_as_text(dialect, property) {
                dialect.text_expression(&column, property)
            } else {
                dialect.read_expression(&column, property)
            };
            // Names of results are not used, but two must not be the same.
            if expression == column { column } else { format!("{expression} AS c{number}") }
        })
        .collect();
    parts.join(", ")
}

/// SELECT for a search.
pub fn select(
    dialect: &dyn Dialect,
    request: &SearchRequest<'_>,
    columns: &[SchemaProperty],
    condition: &SqlCondition,
) -> String {
    let mut sql =
        format!("SELECT {} FROM {}", select_list(dialect, columns), table(dialect, request.schema_type));
    if !condition.sql.is_empty() {
        sql.push_str(" WHERE ");
        sql.push_str(&condition.sql);
    }
    let order: Vec<String> = request
        .order
        .iter()
        .map(|order| {
            let column = dialect.quote(&order.property);
            let property = request.schema_type.property(&order.property);
            property
                .and_then(|property| dialect.order_by(&column, property, order.descending))
                .unwrap_or_else(|| if order.descending { format!("{column} DESC") } else { column })
        })
        .collect();
    dialect.page(&sql, &order.join(", "), request.limit, request.offset)
}

/// SELECT of the objects that a condition holds for.
pub fn select_where(
    dialect: &dyn Dialect,
    schema_type: &SchemaType,
    columns: &[SchemaProperty],
    condition: &str,
) -> String {
    format!("SELECT {} FROM {} WHERE {condition}", select_list(dialect, columns), table(dialect, schema_type))
}

/// A condition that holds for objects with any of `count` keys; the values of one key stand together.
pub fn any_of(dialect: &dyn Dialect, keys: &[SchemaProperty], count: usize) -> String {
    if let [key] = keys {
        let parameter = dialect.parameter(key);
        return format!("{} IN ({})", dialect.quote(&key.name), vec![parameter; count].join(", "));
    }
    let one = format!("({})", key_condition(dialect, keys));
    vec![one; count].join(" OR ")
}

/// A condition that holds for the object with a key.
fn key_condition(dialect: &dyn Dialect, keys: &[SchemaProperty]) -> String {
    let parts: Vec<String> = keys
        .iter()
        .map(|property| format!("{} = {}", dialect.quote(&property.name), dialect.parameter(property)))
        .collect();
    parts.join(" AND ")
}

/// INSERT of one row.
pub fn insert(dialect: &dyn Dialect, schema_type: &SchemaType, columns: &[SchemaProperty]) -> String {
    let names: Vec<String> = columns.iter().map(|property| dialect.quote(&property.name)).collect();
    let values: Vec<String> = columns.iter().map(|property| dialect.parameter(property)).collect();
    format!(
        "INSERT INTO {} ({}) VALUES ({})",
        table(dialect, schema_type),
        names.join(", "),
        values.join(", ")
    )
}

/// UPDATE of one row: the new values, then the key.
pub fn update(
    dialect: &dyn Dialect,
    schema_type: &SchemaType,
    columns: &[SchemaProperty],
    keys: &[SchemaProperty],
) -> String {
    let assignments: Vec<String> = columns
        .iter()
        .map(|property| format!("{} = {}", dialect.quote(&property.name), dialect.parameter(property)))
        .collect();
    format!(
        "UPDATE {} SET {} WHERE {}",
        table(dialect, schema_type),
        assignments.join(", "),
        key_condition(dialect, keys)
    )
}

/// DELETE of one row.
pub fn delete(dialect: &dyn Dialect, schema_type: &SchemaType, keys: &[SchemaProperty]) -> String {
    format!("DELETE FROM {} WHERE {}", table(dialect, schema_type), key_condition(dialect, keys))
}

/// CREATE TABLE for one of the program's own tables.
pub fn create_table(dialect: &dyn Dialect, schema_type: &SchemaType) -> String {
    let mut parts: Vec<String> = schema_type
        .properties
        .iter()
        .map(|property| {
            let declared = dialect.declared_type(property.value_type, schema_type.is_key(&property.name));
            let not_null = if property.mandatory { " NOT NULL" } else { "" };
            format!("{} {declared}{not_null}", dialect.quote(&property.name))
        })
        .collect();
    let key: Vec<String> = schema_type.key.iter().map(|name| dialect.quote(name)).collect();
    parts.push(format!("PRIMARY KEY ({})", key.join(", ")));
    format!("CREATE TABLE {} ({})", table(dialect, schema_type), parts.join(", "))
}

/// SELECT that finds nothing but fails if the table or a column is missing.
pub fn probe(dialect: &dyn Dialect, schema_type: &SchemaType) -> String {
    format!("SELECT 1 FROM {} WHERE 1 = 0", table(dialect, schema_type))
}

/// SELECT of the longest value of each of these columns.
pub fn longest(
    dialect: &dyn Dialect,
    schema_type: &SchemaType,
    columns: &[&SchemaProperty],
    condition: &SqlCondition,
) -> String {
    let parts: Vec<String> = columns
        .iter()
        .map(|property| {
            format!("MAX({})", dialect.length_expression(&dialect.quote(&property.name), property))
        })
        .collect();
    let filter = if condition.sql.is_empty() { String::new() } else { format!(" WHERE {}", condition.sql) };
    format!("SELECT {} FROM {}{filter}", parts.join(", "), table(dialect, schema_type))
}
