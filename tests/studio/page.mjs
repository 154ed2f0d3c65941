// SPDX-License-Identifier: Apache-2.0
// What the tests in Chromium share: a page whose every error is told, jobs by the palette, pictures of screens.
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';

export const check = (holds, what) => {
  if (!holds) throw new Error(what);
  console.log('ok', what);
};

/** A browser of its own; `wrong` gathers what no test may leave behind. `told.silent` is set while the server is killed. */
export async function openPage(web, executablePath, { width = 1280, height = 720, ...more } = {}) {
  const require = createRequire(path.resolve(web, 'package.json'));
  const { chromium } = require('playwright-core');
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const context = await browser.newContext({ viewport: { width, height }, locale: 'en-US', ...more });
  await context.addInitScript(fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8'));
  const page = await context.newPage();
  const told = { wrong: [], silent: false };
  page.on('console', (message) => message.type() === 'error' && !told.silent && told.wrong.push(`console: ${message.text()} ${message.location().url}`));
  page.on('pageerror', (error) => told.wrong.push(`page: ${error}`));
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? '';
    if (!told.silent && why !== 'net::ERR_ABORTED') told.wrong.push(`request: ${request.url()} ${why}`);
  });
  return { browser, page, told };
}

/** The steps of a script; ends the process, with 1 at the first thing that is wrong, and a picture of it where `failure` says. */
export async function drive({ browser, page, told }, failure, steps) {
  try {
    await steps();
    check(told.wrong.length === 0, `no error was told: ${told.wrong.join('; ')}`);
    console.log('done');
  } catch (error) {
    console.log(String(error), told.wrong.join('\n'));
    if (failure) await page.screenshot({ path: failure }).catch(() => undefined);
    process.exitCode = 1;
  } finally {
    await browser.close();
    process.exit();
  }
}

export async function accessible(page, name) {
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  const serious = found.violations.filter((one) => ['serious', 'critical'].includes(one.impact));
  check(serious.length === 0, `axe finds nothing serious on ${name}: ${serious.map((one) => `${one.id} ${one.nodes.map((node) => node.html).join(' ')}`).join('; ')}`);
}

/** Nothing of a screen lies beside the window. */
export async function fits(page, name) {
  const over = await page.evaluate(() => [...document.querySelectorAll('body *')].filter((node) => {
    const box = node.getBoundingClientRect();
    return box.width > 0 && box.right > innerWidth + 1 && getComputedStyle(node).position !== 'fixed' && !hidden(node);
    function hidden(of) {
      for (let at = of.parentElement; at; at = at.parentElement) if (getComputedStyle(at).overflowX !== 'visible' && at.getBoundingClientRect().right <= innerWidth + 1 && at.tagName !== 'BODY') return true;
      return false;
    }
  }).map((node) => node.outerHTML.slice(0, 120)));
  const wide = await page.evaluate(() => [...document.querySelectorAll('.screen, main, aside')].filter((node) => node.scrollWidth > node.clientWidth + 1).map((node) => node.className || node.tagName));
  check(over.length === 0 && wide.length === 0, `${name} fits into ${page.viewportSize().width} pixels: ${over.slice(0, 3).join(' ')} ${wide.join(' ')}`);
}

/** A picture as WebP, written by the browser itself: no other program is needed. */
export async function picture(page, file) {
  const png = (await page.screenshot({ animations: 'disabled' })).toString('base64');
  const blank = await page.context().newPage();
  const webp = await blank.evaluate(async (data) => {
    const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${data}`)).blob());
    const canvas = new OffscreenCanvas(image.width, image.height);
    canvas.getContext('2d').drawImage(image, 0, 0);
    const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/webp', quality: 0.82 })).arrayBuffer());
    let text = '';
    for (const byte of bytes) text += String.fromCharCode(byte);
    return btoa(text);
  }, png);
  await blank.close();
  fs.writeFileSync(file, Buffer.from(webp, 'base64'));
}

/** Waits until all pictures that are in sight have come. */
export async function settled(page) {
  await page.waitForFunction(() => [...document.images].filter((image) => image.loading !== 'lazy' && image.getBoundingClientRect().width > 0).every((image) => image.complete));
  await page.waitForTimeout(350);
}

export const jobsOf = (page) => page.evaluate(async () => (await fetch('/api/jobs')).json());

/** The form of a verb, opened by the palette. */
export async function formOf(page, verb) {
  await page.keyboard.press('Control+KeyK');
  await page.getByPlaceholder('Type to find').fill(`step: ${verb} —`);
  await page.getByRole('option', { name: `Start a step: ${verb} —` }).first().getByRole('button').click();
  const dialog = page.getByRole('dialog', { name: verb, exact: true });
  await dialog.waitFor();
  return dialog;
}
