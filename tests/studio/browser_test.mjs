// SPDX-License-Identifier: Apache-2.0
// Drives the page; started by browser_test.py, which kills the server when asked. Ends with 1 at the first thing that is wrong.
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import readline from 'node:readline';

const [web, executablePath, address, shots] = process.argv.slice(2);
const require = createRequire(path.resolve(web, 'package.json'));
const { chromium } = require('playwright-core');
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();

const wrong = [];
let serverGone = false; // while it is killed, requests fail as they must
const check = (holds, what) => {
  if (!holds) throw new Error(what);
  console.log('ok', what);
};

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const context = await browser.newContext({ viewport: { width: 1440, height: 860 }, locale: 'en-US' });
await context.addInitScript(axe);
const page = await context.newPage();
page.on('console', (message) => message.type() === 'error' && !serverGone && wrong.push(`console: ${message.text()}`));
page.on('pageerror', (error) => wrong.push(`page: ${error}`));
page.on('requestfailed', (request) => {
  const why = request.failure()?.errorText ?? '';
  if (!serverGone && why !== 'net::ERR_ABORTED') wrong.push(`request: ${request.url()} ${why}`);
});

async function shot(name) {
  if (shots) await page.screenshot({ path: path.join(shots, `${name}.png`) });
}

async function accessible(name) {
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  const serious = found.violations.filter((one) => ['serious', 'critical'].includes(one.impact));
  check(serious.length === 0, `axe finds nothing serious on ${name}: ${serious.map((one) => `${one.id} ${one.nodes[0]?.html}`).join('; ')}`);
}

async function screen(key, name) {
  await page.keyboard.press(key);
  await page.waitForTimeout(400);
  await accessible(name);
  await shot(name);
}

/** Starts a verb by the palette with what is filled in, and waits for its end. */
async function job(verb, fill = {}, side = '') {
  const before = await page.evaluate(async () => (await (await fetch('/api/jobs')).json()).length);
  await page.keyboard.press('Control+KeyK');
  await page.getByPlaceholder('Type to find').fill(`step: ${verb} —`);
  await page.getByRole('option', { name: `Start a step: ${verb} —` }).first().getByRole('button').click();
  const dialog = page.getByRole('dialog', { name: verb, exact: true });
  await dialog.waitFor();
  if (side) await dialog.getByLabel('side', { exact: true }).selectOption(side);
  for (const [label, value] of Object.entries(fill)) {
    await dialog.getByLabel('Find an option').fill(label);
    const field = dialog.getByLabel(label, { exact: true }).first();
    if ((await field.evaluate((node) => node.tagName)) === 'SELECT') await field.selectOption(value);
    else await field.fill(value);
  }
  await dialog.getByRole('button', { name: 'Start', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
  return before;
}

const jobs = () => page.evaluate(async () => (await fetch('/api/jobs')).json());
async function ended(verb, timeout = 120_000) {
  const end = Date.now() + timeout;
  for (;;) {
    const newest = (await jobs()).find((one) => one.verb === verb);
    if (newest && ['done', 'failed', 'cancelled'].includes(newest.state)) {
      check(newest.state === 'done', `${verb} ends well ${newest.error?.message ?? ''}`);
      return newest;
    }
    if (Date.now() > end) throw new Error(`${verb} does not end: ${JSON.stringify(newest)}`);
    await page.waitForTimeout(200);
  }
}

try {
  const began = Date.now();
  await page.goto(address);
  await page.getByRole('heading', { name: 'Frames' }).waitFor();
  console.log('first screen after', Date.now() - began, 'ms');
  check(!page.url().includes('token'), 'the token leaves the address');
  await accessible('home');
  await shot('home-new');

  for (const side of ['src', 'dst']) {
    await job('extract', {}, side);
    await ended('extract');
  }
  await page.keyboard.press('Digit3');
  await page.locator('main img').first().waitFor();
  check((await page.getByText('8 faces', { exact: true }).count()) === 1, 'the wall counts the faces');
  await page.waitForFunction(() => [...document.querySelectorAll('main img')].filter((one) => one.complete && one.naturalWidth > 0).length >= 8);
  await page.locator('main [role=option]').first().click();
  await accessible('faces');
  await shot('faces');

  await page.keyboard.press('Control+KeyK');
  await page.getByPlaceholder('Type to find').fill('train saehd');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'train saehd' }).waitFor();
  await accessible('a form');
  await shot('form');
  check((await jobs()).every((one) => one.verb !== 'train saehd'), 'the key that opens a form starts nothing');
  await page.keyboard.press('Escape');

  await job('train saehd', { Architecture: 'df-ud', Resolution: '64', 'Autoencoder dims': '32', 'Encoder dims': '16',
    'Decoder dims': '16', 'Mask decoder dims': '8', 'Batch size': '2', 'Threads': '1', 'Target iteration': '150' });
  await page.keyboard.press('Digit4');
  await page.locator('.uplot canvas').waitFor();
  await page.waitForFunction(() => document.querySelectorAll('.u-legend .u-series').length >= 3, undefined, { timeout: 60_000 });
  check(true, 'the graph has losses while it trains');

  serverGone = true;
  console.log('kill the server');
  await lines.next();
  const back = Date.now();
  await page.waitForFunction(() => !document.querySelector('p.told[role=status]'), undefined, { timeout: 60_000 });
  await page.waitForFunction(async () => (await (await fetch('/api/jobs')).json()).some((one) => one.verb === 'train saehd' && ['running', 'done'].includes(one.state)));
  console.log('the page shows the truth', Date.now() - back, 'ms after the server is back');
  check(true, 'the page catches up');
  await page.waitForTimeout(1000); // what failed meanwhile may be told late
  serverGone = false;
  await ended('train saehd');
  await page.locator('.wall img').first().waitFor();
  await accessible('training');
  await shot('training');

  await job('merge');
  await ended('merge');
  await screen('Digit5', 'merge');
  // Merged again, the wall shows what is there now, though the step is as current as before.
  await page.waitForFunction(() => document.querySelector('.wall img')?.naturalWidth > 0);
  await page.locator('.wall .cell button').first().click();
  const pictures = () => page.evaluate(() => ['.wall img', '.stage img'].map((one) => document.querySelector(one)?.src ?? ''));
  const [old, large] = await pictures();
  await job('merge', { Mode: 'raw-rgb' });
  await ended('merge');
  await page.waitForFunction(([first, second]) => {
    const now = ['.wall img', '.stage img'].map((one) => document.querySelector(one)?.src);
    return now.every(Boolean) && now[0] !== first && now[1] !== second;
  }, [old, large]);
  check(true, 'a frame that is merged again is shown as it is now');
  await job('video encode');
  await ended('video encode');
  await page.keyboard.press('Digit6');
  const video = page.locator('video');
  await video.waitFor({ state: 'attached' }); // a picture stands in its place until it plays
  await video.evaluate((node) => (node.muted = true));
  await page.waitForFunction(() => document.querySelector('video').readyState >= 2);
  await page.keyboard.press('Space');
  await page.waitForFunction(() => document.querySelector('video').currentTime > 0.05);
  check(true, 'the result plays');
  await screen('Digit6', 'result');
  await screen('Digit2', 'frames');
  await screen('Digit1', 'home');
  check((await page.locator('.strip .is-current').count()) >= 5, 'the strip shows what is current');
  await page.keyboard.press('KeyL');
  check((await page.getByRole('button', { name: '工作区' }).count()) > 0, 'Chinese is there at once');
  for (const [key, name] of [['Digit1', 'home'], ['Digit3', 'faces'], ['Digit4', 'training'], ['Digit6', 'result']]) {
    await page.keyboard.press(key);
    await page.waitForTimeout(400);
    await shot(`${name}-zh`);
  }
  check(wrong.length === 0, `no error was told: ${wrong.join('; ')}`);
  console.log('done');
} catch (error) {
  console.log(String(error), wrong.join('\n'));
  if (shots) await page.screenshot({ path: path.join(shots, 'failure.png') });
  process.exitCode = 1;
} finally {
  await browser.close();
  process.exit();
}
