// Runs once in every new machine: first without argument, before the snippets, then with the names and values
// of the session variables. Takes away what runs text as code or gives another result each time, then freezes
// everything that scripts share.
(function (names, values) {
  "use strict";
  const samples = [
    function () {}, function* () {}, async function () {}, async function* () {},
    [][Symbol.iterator](), ""[Symbol.iterator](), new Map()[Symbol.iterator](), new Set()[Symbol.iterator](),
    "a".matchAll(/a/g), (function* () {})(), /a/, Object(1n), new Date(0),
  ];
  if (names === undefined) {
    for (const sample of samples.slice(0, 4)) {
      delete Object.getPrototypeOf(sample).constructor;
    }
    for (const name of ["eval", "Function", "Promise", "queueMicrotask", "gc", "navigator"]) {
      delete globalThis[name];
    }
    delete Math.random;
    // Settings of the engine behind a property: freezing would not hold them.
    delete Error.stackTraceLimit;
    delete Error.prepareStackTrace;
    return;
  }
  const variables = Object.create(null);
  names.forEach((name, at) => { variables[name] = values[at]; });
  const read = (target, name) => {
    if (typeof name === "symbol" || name in target) {
      return target[name];
    }
    throw new ReferenceError("there is no session variable of this name: " + name);
  };
  Object.defineProperty(globalThis, "Variables", { value: new Proxy(variables, { get: read }) });
  const seen = new Set();
  const open = [globalThis, variables, ...samples];
  while (open.length > 0) {
    const thing = open.pop();
    if (thing === null || (typeof thing !== "object" && typeof thing !== "function") || seen.has(thing)) {
      continue;
    }
    seen.add(thing);
    open.push(Object.getPrototypeOf(thing));
    if (thing === globalThis.Variables) {
      continue;
    }
    for (const key of Reflect.ownKeys(thing)) {
      const property = Object.getOwnPropertyDescriptor(thing, key);
      open.push(property.value ?? null, property.get ?? null, property.set ?? null);
    }
  }
  seen.forEach((thing) => Object.freeze(thing));
})
