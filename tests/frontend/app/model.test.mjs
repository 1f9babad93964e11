// What an app shows of a config, for whom: pages, tabs, tables, tokens, rows.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { contentOf, modelOf, pageAt, rolesOf, safeAddress, surfacesOf, tenantsOf, textIn } from "../../../frontend/static/frontend/app/model.js";
import { csv, demoValue } from "../../../frontend/static/frontend/app/rows.js";
import { inkOn, isSafe, rgbIn, tokensOf, variablesIn } from "../../../frontend/static/frontend/app/tokens.js";

const { snapshot: demo } = JSON.parse(await readFile(new URL("../../../configs/demo/demo.json", import.meta.url), "utf8"));
const none = () => false;
const all = () => true;
const page = (id, more = {}) => ({ id, title: id, path: `/${id}`, visible: true, order: 1, roles: [], ...more });
const ids = (model) => model.pages.map((one) => one.id);

test("pages: order, visible, roles, permissions, tenants, flag, surface", () => {
  const config = {
    pages: [
      page("z", { order: 1 }),
      page("a", { order: 1 }),
      page("hidden", { visible: false }),
      page("boss", { order: 0, roles: ["boss"] }),
      page("write", { order: 3, permissions: ["orders:write"] }),
      page("pilot", { order: 4, tenants: ["acme"] }),
      page("new", { order: 5, flag: "new" }),
      page("cp", { order: 6, surface: "CP" }),
      page("app", { order: 7, surface: "APP" }),
    ],
    roles: [{ id: "boss", permissions: ["*"] }, { id: "clerk", permissions: ["orders:*"] }, { id: "guest" }],
  };
  assert.deepEqual(ids(modelOf(config, { role: "guest" })), ["a", "z", "app"]);
  assert.deepEqual(ids(modelOf(config, { role: "clerk" })), ["a", "z", "write", "app"]);
  assert.deepEqual(ids(modelOf(config, { role: "boss", tenant: "acme" }, all)), ["boss", "a", "z", "write", "pilot", "new", "app"]);
  assert.deepEqual(ids(modelOf(config, { role: "boss", surface: "CP" })), ["boss", "a", "z", "write", "cp"]);
  assert.deepEqual(ids(modelOf(config, { role: null })), ["a", "z", "app"]);
  // Who names no role is the one that sees most.
  assert.equal(modelOf(config, {}).role, "boss");
  assert.deepEqual(ids(modelOf({ ...config, layout: { menuOrder: ["app", "z"] } }, { role: "guest" })), ["app", "z", "a"]);
  // Without roles in the config nobody can be refused a permission.
  assert.ok(ids(modelOf({ ...config, roles: [] }, {})).includes("write"));
});

test("patterns of permissions", () => {
  const opens = (pattern, wanted) => modelOf({ pages: [page("a", { permissions: [wanted] })], roles: [{ id: "r", permissions: [pattern] }] }, { role: "r" }).pages.length === 1;
  for (const [pattern, wanted] of [["*", "a:b"], ["a:*", "a:b"], ["a:*", "a:"], ["*:b", "a:b"], ["a*b*c", "a-b-c"], ["a:b", "a:b"]]) assert.ok(opens(pattern, wanted), pattern);
  for (const [pattern, wanted] of [["a:*", "b:a:x"], ["a:b", "a:bc"], ["*:b", "a:bc"], ["a*a", "a"], ["a*b*c", "a-c-b"], ["", "a"]]) assert.ok(!opens(pattern, wanted), pattern);
});

test("tabs and tables of a page", () => {
  const context = { role: "manager", language: "fr" };
  const shown = (id, tab, on = all) => contentOf(modelOf(demo, context, on), context, on, id, tab);
  const orders = shown("orders");
  assert.deepEqual(orders.tabs.map((tab) => [tab.id, tab.label, tab.opens]), [["orders.open", "En cours", ""], ["orders.shipped", "Expédiées", ""], ["orders.returns", "Retours", "returns"]]);
  assert.deepEqual([orders.tab, orders.tables.map((table) => table.id)], ["orders.open", ["orders"]]);
  assert.deepEqual(orders.tables[0].columns.map((column) => column.id), ["ref", "customer", "created", "status", "total", "open"]);
  assert.deepEqual(orders.tables[0].columns.map((column) => column.width), ["110px", "30%", "", "", "", "90px"]);
  assert.deepEqual(orders.tables[0].actions.map((action) => [action.label, action.type]), [["Voir le client", "navigate"], ["Rembourser", "openModal"], ["Exporter en CSV", "exportCsv"]]);
  assert.deepEqual(shown("orders", "orders.shipped").tables.map((table) => table.id), ["shipments"]);
  assert.deepEqual(shown("orders", "orders.shipped").tables[0].columns.map((column) => column.id), ["ref", "carrier", "shipped", "state"]);
  // A page that a tab opens keeps the tabs, and this one is open.
  const returns = shown("returns");
  assert.deepEqual([returns.tab, returns.tabs.map((tab) => tab.opens)], ["orders.returns", ["orders", "orders", ""]]);
  // Without the flag there is neither the tab nor the page: the first page is shown.
  assert.deepEqual(shown("orders", "", none).tabs.map((tab) => tab.id), ["orders.open", "orders.shipped"]);
  assert.equal(shown("returns", "", none).page.id, "home");
  assert.equal(contentOf(modelOf({}, {}), {}, none, "home"), null);
});

test("an action is there for its roles, and where it leads", () => {
  const seller = contentOf(modelOf(demo, { role: "seller" }, all), {}, all, "orders");
  assert.deepEqual(seller.tables[0].actions.map((action) => action.id), ["open-customer"]);
  const accountant = contentOf(modelOf(demo, { role: "accountant" }, all), {}, all, "orders");
  assert.deepEqual(accountant.tables[0].actions.map((action) => action.id), ["export"], "customers are not for accountants");
});

test("menus, addresses, names to choose from", () => {
  const model = modelOf(demo, { role: "admin" }, all);
  assert.deepEqual(model.pages.filter((one) => one.inMenu).map((one) => one.id), ["home", "orders", "customers", "products", "insights", "help"]);
  assert.equal(pageAt(model, "#/orders").id, "orders");
  assert.equal(pageAt(model, "#/help").id, "help");
  assert.equal(pageAt(model, "#/nowhere"), undefined);
  assert.deepEqual(surfacesOf(demo), ["APP", "CP"]);
  assert.deepEqual(rolesOf(demo, "fr")[0], { id: "seller", label: "Vendeur" });
  assert.ok(tenantsOf(demo).includes("atelier-noe"));
  assert.equal(tenantsOf({ pages: [page("a", { tenants: Array.from({ length: 90 }, (_, at) => `t${at}`) })] }).length, 50);
  assert.equal(model.brand.name, "Comptoir Nord");
});

test("texts by language, and nothing but text", () => {
  assert.equal(textIn({ en: "Orders", fr: "Commandes" }, "fr"), "Commandes");
  assert.equal(textIn({ en: "Orders" }, "fr"), "Orders");
  assert.equal(textIn({ de: "Bestellungen" }, "fr"), "Bestellungen");
  for (const odd of [null, undefined, [], {}, { en: 3 }, true]) assert.equal(textIn(odd, "en"), "");
  assert.equal(textIn("<b>", "en"), "<b>");
});

test("only addresses of the web", () => {
  for (const address of ["https://a.example/x?y#z", "http://a.example", "/orders", "orders/1", "#/x", "?a=b"]) assert.equal(safeAddress(address), address);
  for (const address of ["javascript:alert(1)", "JaVaScRiPt:x", "data:text/html,x", "//evil.example", "\\\\evil.example", "java\nscript:x", " https://a.example", "mailto:a@b.c", "http://", 3, null, {}]) {
    assert.equal(safeAddress(address), "", String(address));
  }
});

test("whatever a draft holds, something is shown", () => {
  const odd = [null, 3, "x", [], {}, [null], [3], [[]], [{}], [{ id: 1 }], [{ id: "a" }], [{ id: "a", visible: true, pageId: "a", columns: "x", actions: [null], conditions: 3 }]];
  for (const value of odd) {
    const config = Object.fromEntries(["pages", "tabs", "tables", "featureFlags", "segments", "uiTokens", "layout", "theme", "roles"].map((name) => [name, value]));
    const mixed = { ...config, pages: [page("a", { title: value, path: value, roles: value, permissions: value, tenants: value, nav: value })] };
    for (const one of [value, config, mixed]) {
      const model = modelOf(one, {});
      contentOf(model, {}, none, "a");
      tenantsOf(one);
      rolesOf(one, "en");
      variablesIn(model.tokens, "dark");
    }
  }
});

test("tokens by mode, and the app's own colours from them", () => {
  const tokens = tokensOf(demo, "APP");
  const light = variablesIn(tokens, "light");
  assert.equal(light.get("--color-accent").value, "#2454d6");
  assert.equal(variablesIn(tokens, "dark").get("--app-accent").value, "#8fa8ff");
  assert.equal(light.get("--app-header").value, "linear-gradient(90deg, #2454d6 0%, #5b3fd1 100%)");
  assert.equal(light.get("--app-radius").value, "14px");
  assert.equal(light.get("--app-weight").value, "700");
  const numbers = tokensOf({ uiTokens: [{ key: "radius.md", value: 6, category: "radius" }, { key: "base.accent", value: "red", category: "color" }] }, "");
  assert.equal(variablesIn(numbers, "light").get("--app-radius").value, "6px");
  assert.equal(variablesIn(numbers, "light").get("--app-accent").value, "red");
  assert.equal(variablesIn(tokensOf({ theme: { brand: { accentColor: "#6D28D9" } } }, ""), "dark").get("--app-accent").value, "#6D28D9");
});

test("presets: the tokens of the surface's scope, and those of all", () => {
  const theme = { defaultPreset: "slate", presets: [{ id: "slate", scope: "app.foundation" }, { id: "charcoal", scope: "cp.dashboard" }] };
  const uiTokens = ["app.foundation", "cp.dashboard", undefined].map((scope, at) => ({ key: `c${at}`, value: `#00000${at}`, category: "color", mode: "dark", cssVar: scope ? "--accent-primary" : "--accent-glow", ...(scope && { scope }) }));
  const accent = (surface) => variablesIn(tokensOf({ theme, uiTokens }, surface), "dark").get("--app-accent")?.value;
  assert.deepEqual([accent("APP"), accent("CP"), accent("")], ["#000000", "#000001", "#000000"]);
});

test("values that could leave their place are not used", () => {
  for (const value of ["red; x: y", "red}", "url(x)", "URL (x)", "a/*b", "\\72 ed", "@import 'x'", "image-set('a')", "'open", "rgb(1", "a)b", "", " ", "x".repeat(3000), NaN, Infinity, null, {}, "a\nb"]) {
    assert.ok(!isSafe(value), String(value));
  }
  for (const value of ["#fff", 0, "system-ui, \"Segoe UI\"", "calc(1px + (2px * 3))", "linear-gradient(90deg, #2454d6 0%, #5b3fd1 100%)"]) assert.ok(isSafe(value), String(value));
  const bad = tokensOf({ uiTokens: [{ key: "x", value: "1", category: "other", cssVar: "--a:b" }, { key: "y", value: "url(x)", category: "other" }, { key: "a\"; b", value: "1", category: "other" }] }, "");
  assert.deepEqual(bad.variables.map((one) => one.name), ["--x", "--a-b"]);
});

test("what is read on a colour", () => {
  assert.deepEqual(rgbIn("linear-gradient(90deg, #2454d6 0%)"), [36, 84, 214]);
  assert.deepEqual(rgbIn("rgba(56,189,248,0.9)"), [56, 189, 248]);
  assert.deepEqual(rgbIn("#abc"), [170, 187, 204]);
  assert.equal(rgbIn("rebeccapurple"), null);
  assert.deepEqual([inkOn([36, 84, 214]), inkOn([143, 168, 255]), inkOn([255, 255, 255]), inkOn([0, 0, 0])], ["#ffffff", "#10131a", "#10131a", "#ffffff"]);
});

test("rows are the same each time, of their type", () => {
  const column = (type, key = "x") => ({ id: key, key, type });
  assert.equal(demoValue("orders", column("text", "ref"), 0), "#2041");
  assert.equal(demoValue("orders", column("text", "customer.name"), 1), "Maison Lune");
  assert.equal(demoValue("orders", column("text", "email"), 3), "lea@example.com");
  assert.equal(typeof demoValue("orders", column("money"), 1), "number");
  assert.ok([0, 1, 2].includes(demoValue("orders", column("badge"), 5)));
  assert.ok(demoValue("orders", column("date"), 1) < demoValue("orders", column("date"), 0));
  assert.equal(demoValue("orders", column("money"), 1), demoValue("orders", column("money"), 1));
  assert.equal(csv([["a", '"q"', "=1+1"]]), '"a","""q""","\'=1+1"\r\n');
});
