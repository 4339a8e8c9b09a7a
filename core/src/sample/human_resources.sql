-- The human resources database of the sample. Described in assets/help/sample.md.

CREATE TABLE departments (
  code VARCHAR(10) NOT NULL PRIMARY KEY,
  name VARCHAR(100) NOT NULL,
  parent_code VARCHAR(10) REFERENCES departments (code)
);

CREATE TABLE cost_centres (
  code VARCHAR(12) NOT NULL PRIMARY KEY,
  name VARCHAR(100) NOT NULL,
  budget DECIMAL(12,2),
  valid_from DATE
);

CREATE TABLE employees (
  personnel_number VARCHAR(8) NOT NULL PRIMARY KEY,
  first_name VARCHAR(100) NOT NULL,
  last_name VARCHAR(100) NOT NULL,
  title VARCHAR(40),
  email VARCHAR(200),
  phone VARCHAR(40),
  country CHAR(2) NOT NULL,
  department_code VARCHAR(10) NOT NULL REFERENCES departments (code),
  cost_centre_code VARCHAR(12) REFERENCES cost_centres (code),
  manager_number VARCHAR(8) REFERENCES employees (personnel_number),
  birth_date DATE,
  entry_date DATE NOT NULL,
  exit_date DATE,
  weekly_hours DECIMAL(5,2),
  active BOOLEAN NOT NULL,
  -- 'staff', or 'applicant': a person who has not signed and is no identity yet.
  employment VARCHAR(10) NOT NULL
);
CREATE INDEX employees_email ON employees (email);

CREATE TABLE accounts (
  login VARCHAR(64) NOT NULL PRIMARY KEY,
  -- NULL for technical accounts.
  personnel_number VARCHAR(8) REFERENCES employees (personnel_number),
  display_name VARCHAR(210),
  enabled BOOLEAN NOT NULL,
  last_logon TIMESTAMP
);
CREATE INDEX accounts_personnel_number ON accounts (personnel_number);

CREATE TABLE groups (
  group_name VARCHAR(64) NOT NULL PRIMARY KEY,
  description TEXT
);

CREATE TABLE memberships (
  login VARCHAR(64) NOT NULL REFERENCES accounts (login),
  group_name VARCHAR(64) NOT NULL REFERENCES groups (group_name),
  valid_from DATE,
  PRIMARY KEY (login, group_name)
);
CREATE INDEX memberships_group_name ON memberships (group_name);
