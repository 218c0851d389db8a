// What an application installs.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import * as all from "../../examples/client/index.js";
import { AtriumRoom } from "../../examples/client/room.js";

const folder = new URL("../../examples/client/", import.meta.url);
const read = (name) => readFileSync(new URL(name, folder), "utf8");

test("everything that an application sees is declared", () => {
  assert.deepEqual(Object.keys(all), ["AtriumClient", "AtriumError"]);
  const declared = read("index.d.ts");
  for (const type of [all.AtriumClient, AtriumRoom])
    for (const name of Object.getOwnPropertyNames(type.prototype))
      assert.match(declared, new RegExp(`^  (readonly )?${name}\\b[(:]`, "m"), name);
});

test("it needs nobody else, and leaves nothing behind", () => {
  const about = JSON.parse(read("package.json"));
  assert.equal(about.type, "module");
  assert.ok(!("dependencies" in about) && !("scripts" in about));
  for (const name of readdirSync(folder).filter((each) => each.endsWith(".js"))) {
    const text = read(name);
    assert.doesNotMatch(text, /\beval\(|new Function|globalThis\.\w+ =/, name);
    for (const [, from] of text.matchAll(/ from "(.*?)"/g)) assert.match(from, /^\.\/\w+\.js$/);
  }
});
