-- The embedded identity store. Described column by column in assets/help/identity-store.md.
--
-- Every table has a GUID key UID_<table> that says nothing about the object, so that numbers, codes and
-- login names may change. Declared types carry the meaning: SQLite itself keeps GUIDs, dates, timestamps
-- and decimals as text or numbers.

-- Organisational units; a tree by UID_ParentDepartment.
CREATE TABLE "Department" (
  "UID_Department" GUID NOT NULL PRIMARY KEY,
  "Code" VARCHAR(10) NOT NULL UNIQUE,
  "Name" VARCHAR(100) NOT NULL,
  "Description" TEXT,
  -- NULL for the top of the tree.
  "UID_ParentDepartment" GUID REFERENCES "Department" ("UID_Department"),
  "Revision" INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX "Department_Parent" ON "Department" ("UID_ParentDepartment");

-- What work is booked on.
CREATE TABLE "CostCentre" (
  "UID_CostCentre" GUID NOT NULL PRIMARY KEY,
  "Code" VARCHAR(12) NOT NULL UNIQUE,
  "Name" VARCHAR(100) NOT NULL,
  -- Per year, in euros.
  "Budget" DECIMAL(12,2),
  "ValidFrom" DATE,
  "Revision" INTEGER NOT NULL DEFAULT 0
);

-- Sites; kept centrally only.
CREATE TABLE "Location" (
  "UID_Location" GUID NOT NULL PRIMARY KEY,
  "Name" VARCHAR(100) NOT NULL UNIQUE,
  "City" VARCHAR(100) NOT NULL,
  "Country" CHAR(2) NOT NULL,
  -- IANA name.
  "TimeZone" VARCHAR(64),
  "Latitude" REAL,
  "Longitude" REAL,
  "Revision" INTEGER NOT NULL DEFAULT 0
);

-- People.
CREATE TABLE "Identity" (
  "UID_Identity" GUID NOT NULL PRIMARY KEY,
  -- Given by human resources; NULL for people that it does not (yet) know.
  "PersonnelNumber" VARCHAR(8) UNIQUE,
  "FirstName" VARCHAR(100) NOT NULL,
  "LastName" VARCHAR(100) NOT NULL,
  "DisplayName" VARCHAR(210),
  "Title" VARCHAR(40),
  "Email" VARCHAR(200),
  "Phone" VARCHAR(40),
  -- ISO 3166-1 alpha-2.
  "Country" CHAR(2),
  "UID_Department" GUID REFERENCES "Department" ("UID_Department"),
  "UID_CostCentre" GUID REFERENCES "CostCentre" ("UID_CostCentre"),
  "UID_Location" GUID REFERENCES "Location" ("UID_Location"),
  "UID_Manager" GUID REFERENCES "Identity" ("UID_Identity"),
  "BirthDate" DATE,
  "EntryDate" DATE,
  "ExitDate" DATE,
  "WeeklyHours" DECIMAL(5,2),
  "IsActive" BOOLEAN NOT NULL DEFAULT 1,
  "Photo" BLOB,
  "Remarks" TEXT,
  "Revision" INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX "Identity_Department" ON "Identity" ("UID_Department");
CREATE INDEX "Identity_CostCentre" ON "Identity" ("UID_CostCentre");
CREATE INDEX "Identity_Location" ON "Identity" ("UID_Location");
CREATE INDEX "Identity_Manager" ON "Identity" ("UID_Manager");

-- Custom target systems: the systems whose accounts and groups are collected here.
CREATE TABLE "TargetSystem" (
  "UID_TargetSystem" GUID NOT NULL PRIMARY KEY,
  -- System identifier of the connection.
  "Identifier" VARCHAR(64) NOT NULL UNIQUE,
  "DisplayName" VARCHAR(100) NOT NULL,
  "Description" TEXT,
  "Revision" INTEGER NOT NULL DEFAULT 0
);

-- Accounts in a target system.
CREATE TABLE "Account" (
  "UID_Account" GUID NOT NULL PRIMARY KEY,
  "UID_TargetSystem" GUID NOT NULL REFERENCES "TargetSystem" ("UID_TargetSystem"),
  -- The owner; NULL for technical accounts.
  "UID_Identity" GUID REFERENCES "Identity" ("UID_Identity"),
  "LoginName" VARCHAR(64) NOT NULL,
  "DisplayName" VARCHAR(210),
  "IsEnabled" BOOLEAN NOT NULL DEFAULT 1,
  "LastLogon" TIMESTAMP,
  "Revision" INTEGER NOT NULL DEFAULT 0,
  UNIQUE ("UID_TargetSystem", "LoginName")
);
CREATE INDEX "Account_Identity" ON "Account" ("UID_Identity");

-- Groups of a target system. The name is a reserved word of SQL: every statement quotes its identifiers.
CREATE TABLE "Group" (
  "UID_Group" GUID NOT NULL PRIMARY KEY,
  "UID_TargetSystem" GUID NOT NULL REFERENCES "TargetSystem" ("UID_TargetSystem"),
  "Name" VARCHAR(64) NOT NULL,
  "Description" TEXT,
  "Revision" INTEGER NOT NULL DEFAULT 0,
  UNIQUE ("UID_TargetSystem", "Name")
);

-- Which account is a member of which group.
CREATE TABLE "AccountInGroup" (
  "UID_Account" GUID NOT NULL REFERENCES "Account" ("UID_Account"),
  "UID_Group" GUID NOT NULL REFERENCES "Group" ("UID_Group"),
  "ValidFrom" DATE,
  "Revision" INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY ("UID_Account", "UID_Group")
);
CREATE INDEX "AccountInGroup_Group" ON "AccountInGroup" ("UID_Group");

-- The last revision that was given to a row of any table.
CREATE TABLE "sw_revision" ("Value" INTEGER NOT NULL);
INSERT INTO "sw_revision" ("Value") VALUES (0);
