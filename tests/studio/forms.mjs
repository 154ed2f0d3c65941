// SPDX-License-Identifier: Apache-2.0
// Every option of every verb, set in its form by hand; what is asked for then has all of them, and the program takes each.
import { check, drive, formOf, openPage } from './page.mjs';

const [web, executablePath, address] = process.argv.slice(2);
const { browser, page, told } = await openPage(web, executablePath);

/** Another value than the default, within its row's bounds. */
function other(row) {
  if (row.kind === 'boolean') return !row.default;
  if (row.kind === 'choice') return row.choices.find((choice) => choice !== row.default);
  if (row.kind === 'text') return `a "b" 'c' ü ${row.key}`;
  if (row.kind === 'path') return `/no such folder/${row.key}`;
  const by = row.kind === 'integer' ? 1 : (row.step ?? 0.25);
  for (const value of [row.default + by, row.default - by, row.max, row.min]) {
    const inside = value != null && (row.min == null || value >= row.min) && (row.max == null || value <= row.max);
    if (inside && value !== row.default) return Number(value.toPrecision(6));
  }
  throw new Error(`no other value for ${row.key}`);
}

async function set(dialog, row, value) {
  const field = dialog.locator(`[id="o-${row.key}"]`);
  if ((await field.count()) !== 1) throw new Error(`there is no field for ${row.key}`);
  if ((await dialog.locator(`label[for="o-${row.key}"]`).count()) !== 1) throw new Error(`the field of ${row.key} has no label`);
  if (row.kind === 'boolean') await field.setChecked(value);
  else if (row.kind === 'choice') await field.selectOption(value);
  else await field.fill(String(value));
}

await drive({ browser, page, told }, '', async () => {
  await page.goto(address);
  await page.getByRole('heading', { name: 'Frames' }).waitFor();
  const schema = await page.evaluate(async () => (await fetch('/api/schema')).json());
  let asked = null;
  await page.route('**/api/jobs', async (route) => {
    const request = route.request();
    if (request.method() !== 'POST' || request.postDataJSON().dry) return route.continue();
    asked = request.postDataJSON();
    await route.fulfill({ status: 201, contentType: 'application/json', body: '{"job":"1.1-none"}' });
  });
  let options = 0;
  const verbs = schema.verbs.filter((verb) => verb.keeps_log);
  for (const verb of verbs) {
    const dialog = await formOf(page, verb.name);
    const wanted = Object.fromEntries(verb.options.map((row) => [row.key, other(row)]));
    for (const one of verb.positionals) {
      const field = dialog.locator(`[id="p-${one.name}"]`);
      if (one.choices.length) await field.selectOption(one.choices.at(-1));
      else await field.fill('a=1');
    }
    const advanced = dialog.getByLabel('Advanced', { exact: true });
    if (await advanced.count()) await advanced.check();
    for (const row of verb.options) await set(dialog, row, wanted[row.key]);
    asked = null;
    await dialog.getByRole('button', { name: 'Start', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    if (JSON.stringify(Object.entries(asked.options).sort()) !== JSON.stringify(Object.entries(wanted).sort()))
      throw new Error(`${verb.name}: ${JSON.stringify(asked.options)} is not ${JSON.stringify(wanted)}`);
    for (const one of verb.positionals) if (!asked.positionals[one.name]) throw new Error(`${verb.name} does not get ${one.name}`);
    // The server checks them as it would before a start, and the command line has each.
    const line = await page.evaluate(async (body) => (await fetch('/api/jobs', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ ...body, dry: true }) })).json(), asked);
    if (line.problem) throw new Error(`${verb.name}: ${line.problem}`);
    for (const row of verb.options) if (!line.command.includes(`-${row.key}`)) throw new Error(`${verb.name}: ${row.key} is not in ${line.command}`);
    options += verb.options.length;
  }
  check(verbs.length > 50 && options > 500, `${options} options of ${verbs.length} verbs are set in forms, and asked for`);

  // What is no value is not sent, and the field says so.
  const dialog = await formOf(page, 'extract');
  const number = schema.verbs.find((verb) => verb.name === 'extract').options.find((row) => row.kind === 'integer' && row.max != null && !row.advanced);
  await dialog.locator(`[id="o-${number.key}"]`).fill(String(number.max + 1));
  asked = null;
  await dialog.getByRole('button', { name: 'Start', exact: true }).click();
  check((await dialog.locator('[aria-invalid=true]').count()) === 1 && asked === null, 'a value out of range starts nothing');
  await page.keyboard.press('Escape');

  // A key behind a form is no way out of it.
  const kept = await formOf(page, 'extract');
  await kept.getByRole('button', { name: 'Start', exact: true }).focus();
  for (const key of ['Digit4', 'KeyX', 'KeyJ']) await page.keyboard.press(key);
  for (let i = 0; i < 4; ++i) {
    await page.keyboard.press('Tab');
    check(await kept.evaluate((node) => node.contains(document.activeElement)), 'Tab stays in the form');
  }
  check((await kept.count()) === 1 && !page.url().endsWith('/train'), 'a form stays open whatever key is pressed in it');
  await page.keyboard.press('Escape');

  // A path is chosen instead of typed, and Escape closes what lies on top.
  const bring = await formOf(page, 'frames import');
  await bring.getByRole('button', { name: 'Browse: Input' }).click();
  const browser_of_paths = page.getByRole('dialog', { name: 'Browse' });
  await browser_of_paths.locator('li').first().waitFor();
  await page.keyboard.press('Escape');
  await browser_of_paths.waitFor({ state: 'detached' });
  check((await bring.count()) === 1, 'the form stays');
  await bring.getByRole('button', { name: 'Browse: Input' }).click();
  await browser_of_paths.getByRole('button', { name: '▸ data_src', exact: true }).click();
  await browser_of_paths.locator('.head p', { hasText: 'data_src' }).waitFor();
  await browser_of_paths.getByRole('button', { name: 'Take this folder' }).click();
  check((await bring.locator('[id="o-input"]').inputValue()).endsWith('/data_src'), 'a folder is chosen for an option');
  await page.keyboard.press('Escape');

  // What is typed is not rewritten on the way to what is meant.
  const train = await formOf(page, 'train saehd');
  await train.getByLabel('Advanced', { exact: true }).check();
  const power = train.locator('[id="o-gan-power"]');
  await power.fill('0.05');
  await power.press('End');
  await power.press('Backspace');
  await power.press('2');
  check((await power.inputValue()) === '0.02', `what is typed stands there: ${await power.inputValue()}`);
  let posts = 0;
  await page.route('**/api/jobs', async (route) => {
    const request = route.request();
    if (request.method() !== 'POST' || request.postDataJSON().dry) return route.continue();
    posts += 1;
    asked = request.postDataJSON();
    await new Promise((go) => setTimeout(go, 500));
    await route.fulfill({ status: 201, contentType: 'application/json', body: '{"job":"1.1-none"}' });
  });
  await train.getByRole('button', { name: 'Start', exact: true }).dblclick();
  await train.waitFor({ state: 'detached' });
  check(asked.options['gan-power'] === 0.02 && posts === 1, `0.02 is asked for, once: ${asked.options['gan-power']}, ${posts}`);

  // In Chinese the form is Chinese, and is found by Chinese words.
  await page.keyboard.press('KeyL');
  await page.keyboard.press('Control+KeyK');
  await page.locator('.palette input').fill('train saehd —');
  await page.keyboard.press('Enter');
  await train.waitFor();
  check((await train.locator('label[for="o-batch-size"]').textContent()) === '批大小', 'labels are Chinese');
  const english = (await train.locator('.field p, legend, .head p').allTextContents()).filter((text) => !/[\u4e00-\u9fff]/.test(text));
  check(english.length === 0, `so is all help: ${english}`);
  await train.getByRole('searchbox').fill('批大小');
  await page.waitForFunction(() => document.querySelectorAll('.dialog .field').length < 4); // others' help names it too
  check((await train.locator('[id="o-batch-size"]').count()) === 1, 'an option is found by its Chinese name');
});
