//! Recognising the schemas of well-known products, each on a small copy of its tables (S3).

use syncwright_core::{
    identity_store,
    project::{Schema, SchemaType, from_text},
    schema::known::{Recognised, fill, recognise},
};

use super::Database;

/// The product that is recognised in the tables, and the schema completed with what is known about it.
fn completed(sql: &str) -> (Recognised, Schema) {
    let mut schema = Database::new(sql).schema();
    let mut found = recognise(&schema).unwrap();
    assert_eq!(found.len(), 1, "{:?}", found.iter().map(|one| &one.fingerprint.name).collect::<Vec<_>>());
    let product = found.remove(0);
    let before = schema.clone();
    let filled = fill(&mut schema, &product, |_| true);
    assert!(!filled.is_empty());
    for (old, new) in before.types.iter().zip(&schema.types) {
        assert!(old.key.is_empty() || old.key == new.key, "the catalog's key of {} was replaced", old.name);
        assert!(new.foreign_keys.starts_with(&old.foreign_keys), "{}", old.name);
    }
    // What is known was there already: nothing is filled in twice.
    let once = schema.clone();
    assert_eq!(fill(&mut schema, &product, |_| true), []);
    assert_eq!(schema, once);
    (product, schema)
}

fn relations(schema_type: &SchemaType) -> Vec<String> {
    let mut relations: Vec<String> = schema_type
        .foreign_keys
        .iter()
        .map(|one| {
            let declared = if one.declared { "" } else { " (catalog)" };
            format!("{} -> {}{declared}", one.properties.join("+"), one.references)
        })
        .collect();
    relations.sort();
    relations
}

fn counter(schema_type: &SchemaType) -> Option<&str> {
    let counter = schema_type.properties.iter().find(|property| property.revision_counter);
    counter.map(|property| property.name.as_str())
}

fn sensitive(schema_type: &SchemaType) -> Vec<&str> {
    let hidden = schema_type.properties.iter().filter(|property| property.sensitive);
    hidden.map(|property| property.name.as_str()).collect()
}

#[test]
fn identity_store() {
    let database = Database::new("");
    let file = rusqlite::Connection::open(database.folder().join("data.db")).unwrap();
    identity_store::create(&file).unwrap();
    let mut schema = database.schema();
    let [product] = recognise(&schema).unwrap().try_into().unwrap();
    assert_eq!(product.fingerprint.name, "identity-store");
    fill(&mut schema, &product, |_| true);
    // The sample project was set up by hand: the fingerprint knows the same.
    let sample = include_str!("../../../../projects/hr-to-identity/hr-to-identity.ron");
    let sample = from_text("sample", sample).unwrap().central.schema;
    assert_eq!(sample.types.len(), schema.types.len());
    for expected in &sample.types {
        let found = schema.schema_type(&expected.name).unwrap();
        assert_eq!(found.display_template, expected.display_template, "{}", expected.name);
        assert_eq!((&found.key, found.key_declared), (&expected.key, false), "{}", expected.name);
        for property in &expected.properties {
            let own = found.property(&property.name).unwrap();
            let settings = |one: &syncwright_core::project::SchemaProperty| {
                (one.revision_counter, one.hierarchy_sort, one.auto_fill, one.sensitive)
            };
            assert_eq!(settings(own), settings(property), "{}.{}", expected.name, property.name);
        }
    }
}

#[test]
fn keycloak() {
    // In capitals, as Liquibase creates them on Oracle and Db2.
    let (product, schema) = completed(
        "CREATE TABLE REALM (ID VARCHAR(36) NOT NULL PRIMARY KEY, NAME VARCHAR(255) UNIQUE, SSL_REQUIRED VARCHAR(255));
         CREATE TABLE USER_ENTITY (ID VARCHAR(36) NOT NULL PRIMARY KEY, EMAIL VARCHAR(255),
           EMAIL_CONSTRAINT VARCHAR(255), FIRST_NAME VARCHAR(255), LAST_NAME VARCHAR(255), REALM_ID VARCHAR(255),
           USERNAME VARCHAR(255), CREATED_TIMESTAMP BIGINT,
           UNIQUE (REALM_ID, EMAIL_CONSTRAINT), UNIQUE (REALM_ID, USERNAME));
         CREATE TABLE KEYCLOAK_ROLE (ID VARCHAR(36) NOT NULL PRIMARY KEY, CLIENT_REALM_CONSTRAINT VARCHAR(255),
           CLIENT_ROLE BOOLEAN NOT NULL DEFAULT FALSE, NAME VARCHAR(255), REALM_ID VARCHAR(255));
         CREATE TABLE KEYCLOAK_GROUP (ID VARCHAR(36) NOT NULL PRIMARY KEY, NAME VARCHAR(255),
           PARENT_GROUP VARCHAR(36) NOT NULL, REALM_ID VARCHAR(36));
         CREATE TABLE USER_GROUP_MEMBERSHIP (GROUP_ID VARCHAR(36) NOT NULL, USER_ID VARCHAR(36) NOT NULL
           REFERENCES USER_ENTITY (ID), PRIMARY KEY (GROUP_ID, USER_ID));
         CREATE TABLE CREDENTIAL (ID VARCHAR(36) NOT NULL PRIMARY KEY, SALT BLOB, TYPE VARCHAR(255),
           USER_ID VARCHAR(36) REFERENCES USER_ENTITY (ID), SECRET_DATA TEXT, CREDENTIAL_DATA TEXT);",
    );
    assert_eq!(product.fingerprint.name, "keycloak");
    let user = schema.schema_type("USER_ENTITY").unwrap();
    assert_eq!(user.display_template.as_deref(), Some("%USERNAME%"));
    assert_eq!(relations(user), ["REALM_ID -> REALM"]);
    assert!(!user.key_declared);
    let member = schema.schema_type("USER_GROUP_MEMBERSHIP").unwrap();
    assert_eq!(relations(member), ["GROUP_ID -> KEYCLOAK_GROUP", "USER_ID -> USER_ENTITY (catalog)"]);
    // Groups at the top have a blank as parent: no relation.
    assert_eq!(relations(schema.schema_type("KEYCLOAK_GROUP").unwrap()), ["REALM_ID -> REALM"]);
    assert_eq!(sensitive(schema.schema_type("CREDENTIAL").unwrap()), ["SALT", "SECRET_DATA"]);
    assert!(schema.types.iter().all(|one| counter(one).is_none()));
}

#[test]
fn midpoint() {
    let (product, schema) = completed(
        "CREATE TABLE m_object_oid (oid UUID NOT NULL PRIMARY KEY);
         CREATE TABLE m_uri (id INTEGER NOT NULL PRIMARY KEY, uri TEXT NOT NULL UNIQUE);
         CREATE TABLE m_object (oid UUID NOT NULL, nameorig TEXT NOT NULL, namenorm TEXT NOT NULL, fullobject BYTEA,
           version INTEGER NOT NULL DEFAULT 1, db_modified TIMESTAMPTZ NOT NULL);
         CREATE TABLE m_user (oid UUID NOT NULL PRIMARY KEY REFERENCES m_object_oid (oid), nameorig TEXT NOT NULL,
           namenorm TEXT NOT NULL UNIQUE, fullobject BYTEA, fullnameorig TEXT, version INTEGER NOT NULL DEFAULT 1,
           db_created TIMESTAMPTZ NOT NULL, db_modified TIMESTAMPTZ NOT NULL);
         CREATE TABLE m_ref_role_membership (owneroid UUID NOT NULL REFERENCES m_object_oid (oid),
           ownertype TEXT NOT NULL, targetoid UUID NOT NULL, relationid INTEGER NOT NULL,
           PRIMARY KEY (owneroid, relationid, targetoid));",
    );
    assert_eq!(product.fingerprint.name, "midpoint");
    let user = schema.schema_type("m_user").unwrap();
    assert_eq!(user.display_template.as_deref(), Some("%fullnameorig% (%nameorig%)"));
    assert_eq!(counter(user), Some("db_modified"));
    // The abstract table has no primary key in the catalog.
    let object = schema.schema_type("m_object").unwrap();
    assert_eq!((object.key.join(","), object.key_declared), ("oid".to_owned(), true));
    let member = schema.schema_type("m_ref_role_membership").unwrap();
    assert_eq!(
        relations(member),
        ["owneroid -> m_object_oid (catalog)", "relationid -> m_uri", "targetoid -> m_object_oid"]
    );
    assert_eq!(counter(member), None);
}

#[test]
fn one_identity_manager() {
    let (product, schema) = completed(
        "CREATE TABLE DialogTable (UID_DialogTable VARCHAR(38) NOT NULL PRIMARY KEY, XObjectKey VARCHAR(138) NOT NULL);
         CREATE TABLE Department (UID_Department VARCHAR(38) NOT NULL PRIMARY KEY, DepartmentName NVARCHAR(64),
           UID_ParentDepartment VARCHAR(38), XDateUpdated DATETIME, XObjectKey VARCHAR(138) NOT NULL);
         CREATE TABLE Person (UID_Person VARCHAR(38) NOT NULL PRIMARY KEY, UID_Department VARCHAR(38),
           UID_Locality VARCHAR(38), FirstName NVARCHAR(64), LastName NVARCHAR(64), CentralAccount NVARCHAR(110),
           CentralPassword VARCHAR(990), Passcode VARCHAR(990), UID_PersonHead VARCHAR(38), XDateUpdated DATETIME,
           XObjectKey VARCHAR(138) NOT NULL);
         CREATE TABLE UNSAccountB (UID_UNSAccountB VARCHAR(38) NOT NULL PRIMARY KEY, UID_Person VARCHAR(38),
           AccountName NVARCHAR(256), Password VARCHAR(990), XDateUpdated DATETIME);
         CREATE TABLE UNSGroupB (UID_UNSGroupB VARCHAR(38) NOT NULL PRIMARY KEY, cn NVARCHAR(400), XDateUpdated DATETIME);
         CREATE TABLE UNSAccountBInUNSGroupB (UID_UNSAccountB VARCHAR(38) NOT NULL, UID_UNSGroupB VARCHAR(38) NOT NULL,
           XOrigin INT, XDateUpdated DATETIME);",
    );
    assert_eq!(product.fingerprint.name, "one-identity-manager");
    let person = schema.schema_type("Person").unwrap();
    assert_eq!(person.display_template.as_deref(), Some("%LastName%, %FirstName% (%CentralAccount%)"));
    assert_eq!(counter(person), Some("XDateUpdated"));
    assert_eq!(sensitive(person), ["CentralPassword", "Passcode"]);
    // There is no table Locality here: no relation to it.
    assert_eq!(relations(person), ["UID_Department -> Department", "UID_PersonHead -> Person"]);
    assert_eq!(relations(schema.schema_type("Department").unwrap()), ["UID_ParentDepartment -> Department"]);
    let member = schema.schema_type("UNSAccountBInUNSGroupB").unwrap();
    assert_eq!((member.key.len(), member.key_declared), (2, true));
    assert_eq!(relations(member), ["UID_UNSAccountB -> UNSAccountB", "UID_UNSGroupB -> UNSGroupB"]);
    assert_eq!(sensitive(schema.schema_type("UNSAccountB").unwrap()), ["Password"]);
}

#[test]
fn openidm() {
    let (product, schema) = completed(
        "CREATE TABLE objecttypes (id INTEGER NOT NULL PRIMARY KEY, objecttype VARCHAR(255) UNIQUE);
         CREATE TABLE managedobjects (id INTEGER NOT NULL PRIMARY KEY, objecttypes_id INTEGER NOT NULL
           REFERENCES objecttypes (id), objectid VARCHAR(255) NOT NULL, rev VARCHAR(38) NOT NULL, fullobject TEXT,
           UNIQUE (objecttypes_id, objectid));
         CREATE TABLE managedobjectproperties (managedobjects_id INTEGER NOT NULL, propkey VARCHAR(255) NOT NULL,
           proptype VARCHAR(32), propvalue VARCHAR(2000));
         CREATE TABLE links (objectid VARCHAR(38) NOT NULL PRIMARY KEY, rev VARCHAR(38) NOT NULL,
           linktype VARCHAR(255) NOT NULL, linkqualifier VARCHAR(255) NOT NULL, firstid VARCHAR(255) NOT NULL,
           secondid VARCHAR(255) NOT NULL);
         CREATE TABLE internaluser (objectid VARCHAR(254) NOT NULL PRIMARY KEY, rev VARCHAR(38) NOT NULL,
           pwd VARCHAR(510), roles VARCHAR(1024));",
    );
    assert_eq!(product.fingerprint.name, "openidm");
    let objects = schema.schema_type("managedobjects").unwrap();
    assert_eq!(relations(objects), ["objecttypes_id -> objecttypes (catalog)"]);
    assert_eq!(counter(objects), None, "rev counts per object");
    let properties = schema.schema_type("managedobjectproperties").unwrap();
    assert_eq!(properties.key, ["managedobjects_id", "propkey"]);
    assert_eq!(relations(properties), ["managedobjects_id -> managedobjects"]);
    assert_eq!(sensitive(schema.schema_type("internaluser").unwrap()), ["pwd"]);
    let template = schema.schema_type("links").unwrap().display_template.as_deref();
    assert_eq!(template, Some("%linktype%: %firstid%, %secondid%"));
}

#[test]
fn other_schemas_are_not_taken_for_something() {
    for sql in [
        include_str!("../../../src/sample/human_resources.sql"),
        // Some of the tables only.
        "CREATE TABLE Person (UID_Person TEXT PRIMARY KEY, XObjectKey TEXT);",
        "CREATE TABLE realm (id TEXT PRIMARY KEY, name TEXT);",
        "",
    ] {
        assert_eq!(recognise(&Database::new(sql).schema()).unwrap(), [], "{sql}");
    }
}

#[test]
fn decisions_are_never_replaced() {
    let mut schema = Database::new(
        "CREATE TABLE objecttypes (id INTEGER NOT NULL PRIMARY KEY, objecttype VARCHAR(255));
         CREATE TABLE managedobjects (id INTEGER NOT NULL PRIMARY KEY, objecttypes_id INTEGER, objectid TEXT, rev TEXT,
           fullobject TEXT);
         CREATE TABLE links (objectid TEXT PRIMARY KEY, linktype TEXT, firstid TEXT, secondid TEXT);",
    )
    .schema();
    let [product] = recognise(&schema).unwrap().try_into().unwrap();
    let at = schema.types.iter().position(|one| one.name == "objecttypes").unwrap();
    schema.types[at].display_template = Some("my %objecttype%".to_owned());
    fill(&mut schema, &product, |one| one.name != "links");
    assert_eq!(schema.types[at].display_template.as_deref(), Some("my %objecttype%"));
    let links = schema.schema_type("links").unwrap();
    assert_eq!(links.display_template, None, "it was not wanted");
}
