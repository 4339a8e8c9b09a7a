//! `syncwright schema PROJECT show`: tables, columns, keys, relations, and what the data says (W9–W12).

use clap::Args;
use serde_json::{Value as Json, json};
use syncwright_core::{
    connect::Connector,
    project::{Schema, SchemaType, Side},
    schema::{
        Detected, Limits, OwnerCount, SchemaError, UnusableColumn, count_owners, detect,
        keys::{KeyCandidate, KeyCheck, propose_keys},
        known::{Recognised, recognise},
        relations::{RelationCandidate, RelationCheck, check_relation, suggest},
        report, unusable, without_key,
    },
};

use super::{ProjectFile, SystemArguments, show_text};
use crate::cli::{CliError, Console, Format, progress::ProgressLine};

const AFTER_HELP: &str = "\
Without further options the schema is printed as it is in the project file; no database is opened. --detect \
prints what the databases hold now instead; the file is not changed in any case.

--keys looks for keys of tables that have none: candidates are guessed from names, and duplicates and NULLs \
counted in the data. --relations looks for references that the catalog does not know: candidates are guessed \
from names and from values that occur in the keys of other tables, and dangling references are counted. Both \
read the data.

Exit codes: 0 done, 2 not a project or unknown names, 4 a system cannot be reached or read, 130 cancelled.

Examples:
  syncwright schema hr-to-identity.ron show --system target
  syncwright schema hr-to-identity.ron show --system target --type employees
  syncwright schema hr-to-identity.ron show --detect --keys --relations
  syncwright schema hr-to-identity.ron show --format json | jq '.systems[].types[].name'";

/// Arguments of `schema show`.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER_HELP)]
pub struct Arguments {
    /// Which system.
    #[command(flatten)]
    pub systems: SystemArguments,
    /// Only these schema types, with all their columns
    #[arg(long = "type", value_name = "TYPE")]
    pub types: Vec<String>,
    /// Read the schema from the databases instead of the file
    #[arg(long)]
    pub detect: bool,
    /// Propose keys for tables without one, checked against the data
    #[arg(long)]
    pub keys: bool,
    /// Propose relations that the catalog does not know, checked against the data
    #[arg(long)]
    pub relations: bool,
    /// List at most so many types (text output; JSON has all)
    #[arg(long, value_name = "N", default_value_t = 200)]
    pub limit: usize,
}

/// What is shown of one system.
pub struct Shown {
    /// Which one.
    pub side: Side,
    /// Name shown to people.
    pub label: String,
    /// System identifier.
    pub identifier: String,
    /// Read from the database, not from the file.
    pub detected: bool,
    /// The schema.
    pub schema: Schema,
    /// All owners of the database, or those in the file.
    pub owners: Vec<OwnerCount>,
    /// Products whose tables these are.
    pub known: Vec<Recognised>,
    /// Proposed keys by type, if they were asked for.
    pub keys: Option<Vec<ProposedKeys>>,
    /// Proposed relations, if they were asked for.
    pub relations: Option<Vec<(RelationCandidate, RelationCheck)>>,
}

/// Name of a type, and the keys that are proposed for it with what the data says of each.
type ProposedKeys = (String, Vec<(KeyCandidate, KeyCheck)>);

/// Shows the schemas.
pub fn run(arguments: &Arguments, file: &ProjectFile, console: &mut Console<'_>) -> Result<u8, CliError> {
    console.cancel_on_signals();
    let mut systems = Vec::new();
    for side in arguments.systems.sides() {
        systems.push(look(arguments, file, *side, console)?);
    }
    check_types(arguments, &systems)?;
    match console.format {
        Format::Json => {
            let shown: Vec<Json> = systems.iter().map(|system| to_json(system, &arguments.types)).collect();
            console.print_json(&json!({ "project": file.project.name, "systems": shown }))?;
        }
        Format::Text => {
            let text = show_text::to_text(&systems, &arguments.types, arguments.limit);
            console.print_line(text.trim_end())?;
        }
    }
    Ok(0)
}

/// Reads what was asked for about one system.
fn look(
    arguments: &Arguments,
    file: &ProjectFile,
    side: Side,
    console: &Console<'_>,
) -> Result<Shown, CliError> {
    let system = file.project.system(side);
    let progress = ProgressLine::start(console);
    let mut connector = match arguments.detect || arguments.keys || arguments.relations {
        true => Some(file.connect(side, &console.cancel)?),
        false => None,
    };
    let Detected { schema, owners } = match &mut connector {
        Some(connector) if arguments.detect => {
            let mut detected = detect(connector.as_mut(), &system.schema.owners, &progress, &console.cancel)?;
            detected.schema.classes.clone_from(&system.schema.classes);
            detected
        }
        _ => Detected { schema: system.schema.clone(), owners: count_owners(&system.schema) },
    };
    let mut shown = Shown {
        side,
        label: system.connection.label().to_owned(),
        identifier: system.connection.system_identifier.clone(),
        detected: arguments.detect,
        known: recognise(&schema)?,
        schema,
        owners,
        keys: None,
        relations: None,
    };
    if let Some(connector) = &mut connector {
        if arguments.keys {
            shown.keys = Some(keys(arguments, &shown.schema, connector.as_mut(), &progress, console)?);
        }
        if arguments.relations {
            let found = relations(arguments, &shown.schema, connector.as_mut(), &progress, console)?;
            shown.relations = Some(found);
        }
    }
    Ok(shown)
}

/// True if the type was asked for, or nothing in particular was.
pub fn wanted(types: &[String], name: &str) -> bool {
    types.is_empty() || types.iter().any(|one| one == name)
}

/// Keys for the tables without one, or for the types that were asked for.
fn keys(
    arguments: &Arguments,
    schema: &Schema,
    connector: &mut dyn Connector,
    progress: &ProgressLine,
    console: &Console<'_>,
) -> Result<Vec<ProposedKeys>, SchemaError> {
    let chosen = |schema_type: &&SchemaType| {
        if arguments.types.is_empty() {
            schema_type.key.is_empty()
        } else {
            wanted(&arguments.types, &schema_type.name)
        }
    };
    schema
        .types
        .iter()
        .filter(chosen)
        .map(|schema_type| {
            let limits = Limits::default();
            let proposed = propose_keys(connector, schema_type, limits, progress, &console.cancel)?;
            Ok((schema_type.name.clone(), proposed))
        })
        .collect()
}

fn relations(
    arguments: &Arguments,
    schema: &Schema,
    connector: &mut dyn Connector,
    progress: &ProgressLine,
    console: &Console<'_>,
) -> Result<Vec<(RelationCandidate, RelationCheck)>, SchemaError> {
    let limits = Limits::default();
    let candidates = suggest(connector, schema, &arguments.types, limits, progress, &console.cancel)?;
    candidates
        .into_iter()
        .map(|candidate| {
            let relation = candidate.to_foreign_key(false);
            let own = candidate.schema_type.as_str();
            let check = check_relation(connector, schema, own, &relation, limits, progress, &console.cancel)?;
            Ok((candidate, check))
        })
        .collect()
}

/// Every type that was asked for must be in one of the systems.
fn check_types(arguments: &Arguments, systems: &[Shown]) -> Result<(), SchemaError> {
    for name in &arguments.types {
        let known = || systems.iter().flat_map(|system| &system.schema.types).map(|one| one.name.as_str());
        if !known().any(|known| known == name) {
            return Err(SchemaError::unknown_type(name, known()));
        }
    }
    Ok(())
}

fn to_json(system: &Shown, types: &[String]) -> Json {
    let Shown { side, identifier, detected, schema, owners, known, keys, relations, .. } = system;
    let chosen = schema.types.iter().filter(|one| wanted(types, &one.name));
    let mut json = json!({
        "system": report::system_id(*side),
        "identifier": identifier,
        "detected": detected,
        "known": known.iter().map(Recognised::to_json).collect::<Vec<_>>(),
        "selected_owners": schema.owners,
        "owners": owners.iter().map(OwnerCount::to_json).collect::<Vec<_>>(),
        "types": chosen.map(report::type_to_json).collect::<Vec<_>>(),
        "classes": schema.classes.iter().map(report::class_to_json).collect::<Vec<_>>(),
        "without_key": without_key(schema).iter().map(|one| &one.name).collect::<Vec<_>>(),
        "unusable": unusable(schema).iter().map(UnusableColumn::to_json).collect::<Vec<_>>(),
    });
    if let Some(keys) = keys {
        let proposed = keys.iter().flat_map(|(name, proposed)| {
            proposed.iter().map(move |(candidate, check)| report::key_to_json(name, candidate, check))
        });
        json["keys"] = proposed.collect();
    }
    if let Some(relations) = relations {
        let suggested =
            relations.iter().map(|(candidate, check)| report::suggestion_to_json(candidate, check));
        json["relations"] = suggested.collect();
    }
    json
}
