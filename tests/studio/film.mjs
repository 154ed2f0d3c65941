// SPDX-License-Identifier: Apache-2.0
// Frames, Result and the guide over a finished film; with a folder, pictures of all screens and nothing else.
import fs from 'node:fs';
import { accessible, check, drive, fits, openPage } from './page.mjs';
import { shoot } from './shots.mjs';

const [web, executablePath, address, shots] = process.argv.slice(2);
const { browser, page, told } = await openPage(web, executablePath);
const frame = () => page.locator('.transport input').inputValue().then(Number);
const press = async (keys) => {
  for (const key of [keys].flat()) await page.keyboard.press(key);
  await page.waitForTimeout(150);
};
const shownFrame = (clip, at) => page.waitForFunction(([name, number]) => [...document.querySelectorAll('.box img')].some((image) => image.src.includes(`/api/film/${name}/${number}?`) && image.naturalWidth > 0), [clip, at - 1]);

async function frames() {
  await press('Digit2');
  await press('KeyX');
  await page.locator('.transport input').waitFor();
  await page.getByText('Frames without a face').waitFor();
  await press('Home');
  await shownFrame('dst', 1);
  await page.locator('.box svg path').first().waitFor({ state: 'attached' });
  check((await page.locator('.box svg rect').count()) >= 1 && (await page.locator('.box svg path').count()) >= 1, 'the box and the landmarks are over the frame');
  const [box, picture] = await Promise.all([page.locator('.box svg rect').first().boundingBox(), page.locator('.box').boundingBox()]);
  check(box.x >= picture.x - 1 && box.x + box.width <= picture.x + picture.width + 1 && box.width > picture.width / 20, 'the box lies in the picture');
  await press(['Period', 'Period', 'Comma']);
  check((await frame()) === 2, 'keys step through the frames');
  await shownFrame('dst', 2);
  await press('KeyN');
  await page.getByText('No face', { exact: true }).waitFor();
  check((await frame()) === 5, 'the next frame without a face is found');
  await press('BracketRight');
  check((await frame()) === 8, 'shots are marked');
  await press('End');
  check((await frame()) === 14, 'the last frame');
  await page.locator('.transport input').fill('3');
  await page.locator('.transport input').press('Enter');
  check((await frame()) === 3, 'a number goes to its frame');
  await page.locator('.transport input').blur();
  const bar = await page.getByRole('slider', { name: 'Position in the clip' }).boundingBox();
  await page.mouse.click(bar.x + bar.width * (9.5 / 14), bar.y + 20);
  check((await frame()) === 10, 'a click on the bar goes to its frame');
  await press(['KeyI', 'Period', 'KeyO']);
  await page.getByRole('button', { name: /^Cut/ }).click();
  const dialog = page.getByRole('dialog', { name: 'frames cut' });
  check((await dialog.locator('[id="o-from"]').inputValue()).startsWith('0:00:00.'), 'the marks are what the form of the cut begins with');
  await page.keyboard.press('Escape');
  await press('KeyX');
  check((await page.getByRole('button', { name: 'Keep all of it' }).count()) === 0, 'the marks of one clip are not those of the other');
  await press('KeyX');
  await page.getByRole('button', { name: 'Keep all of it' }).click();
  const stood = await frame();
  await page.locator('.transport input').fill('');
  await page.locator('.transport input').press('Enter');
  check((await frame()) === stood && stood > 1, 'an emptied number goes nowhere');
  await page.locator('.transport input').blur();
  await press('Home');
  await page.getByRole('button', { name: 'Play or stop' }).focus();
  await page.keyboard.press('Space');
  await page.waitForFunction(() => Number(document.querySelector('.transport input').value) > 2);
  await page.keyboard.press('Space');
  check(true, 'the source plays, and Space on its button presses it once');
  await accessible(page, 'frames');
  await fits(page, 'frames');
}

async function result() {
  await press('Digit6');
  await page.locator('.transport input').waitFor();
  await press('Home');
  for (const [key, clips] of [['KeyP', ['dst']], ['KeyR', ['result']], ['KeyM', ['matte']], ['KeyW', ['dst', 'result']], ['KeyD', ['dst', 'result']]]) {
    await press(key);
    for (const clip of clips) await shownFrame(clip, 1);
  }
  check(true, 'plate, result, matte, wipe and difference are shown by keys');
  await press('KeyW');
  const box = await page.locator('.box').boundingBox();
  await page.mouse.click(box.x + box.width * 0.25, box.y + box.height / 2);
  check((await page.locator('.over').evaluate((node) => node.style.clipPath)).startsWith('inset(0px 0px 0px 2'), 'the wipe follows the pointer');
  await press('KeyR');
  const worst = page.locator('.report li button');
  check((await worst.count()) > 0, 'the report lists frames');
  const number = Number(await worst.first().locator('.at').textContent());
  await worst.first().click();
  check((await frame()) === number, 'a click on a row goes to its frame');
  await page.getByLabel('Over time').selectOption({ index: 1 });
  check((await page.locator('.names span').count()) >= 4, 'a measurement is drawn over time');
  await press(['Home', 'KeyN']);
  const order = (await worst.locator('.at').allTextContents()).map(Number).sort((a, b) => a - b);
  check((await frame()) === (order.find((one) => one > 1) ?? 1), 'N goes to the next frame to look at');
  await press('KeyS');
  await page.waitForFunction(() => document.querySelectorAll('.sheet img').length === 14);
  await page.locator('.sheet button').nth(6).click();
  check((await frame()) === 7, 'the contact sheet leads to its frames');
  await page.getByRole('button', { name: 'File', exact: true }).click();
  await page.getByText('The file says that its faces were made by a model.').waitFor();
  check(true, 'the mark is read back from the file');
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download' }).click()]);
  check((await fs.promises.stat(await download.path())).size > 1000, 'the file is taken along');
  await press('Home');
  await press('Space');
  await page.waitForFunction(() => !document.querySelector('video').paused && document.querySelector('video').currentTime > 0.05);
  await page.waitForFunction(() => Number(document.querySelector('.transport input').value) > 2);
  await page.keyboard.press('Space');
  await page.keyboard.press('KeyZ');
  check((await page.locator('.box').evaluate((node) => node.clientWidth)) === 200, 'zoom is whole: 100 % is a pixel a pixel');
  await press(['KeyZ']);
  check((await page.locator('.box.pixels').count()) === 1, 'at 200 % pixels stay pixels');
  await press(['KeyZ', 'KeyZ']);
  await page.getByRole('button', { name: 'Report', exact: true }).click();
  await accessible(page, 'result');
  await fits(page, 'result');
}

/** On a screen with two pixels to one of the page pictures are no coarser, and none is blurred. */
async function dense() {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, deviceScaleFactor: 2, locale: 'en-US' });
  const fine = await context.newPage();
  fine.on('pageerror', (error) => told.wrong.push(`page: ${error}`));
  await fine.goto(address);
  await fine.getByRole('heading', { name: 'Frames' }).waitFor();
  await fine.keyboard.press('Digit6');
  await fine.locator('.box img').first().waitFor();
  await fine.keyboard.press('KeyZ');
  await fine.waitForFunction(() => document.querySelector('.box').clientWidth === 200);
  check((await fine.locator('.box img').first().evaluate((node) => getComputedStyle(node).imageRendering)) === 'pixelated', 'at 100 % a pixel stays a pixel on a dense screen');
  await fine.keyboard.press('Digit3');
  const face = fine.locator('[role=option][data-at] img').first();
  await face.waitFor();
  check((await face.getAttribute('src')).includes('size=256'), 'faces of 128 are shown with 256 pixels');
  await face.click();
  await fine.waitForFunction(() => document.querySelector('.picture img')?.naturalWidth > 0);
  const [shown, natural] = await fine.locator('.picture img').evaluate((node) => [2 * node.clientWidth, node.naturalWidth]);
  check(shown < natural || shown % natural === 0, `a face is enlarged by whole factors: ${shown} of ${natural}`);
  await context.close();
}

async function guide() {
  await press('KeyH');
  for (const key of ['Digit1', 'Digit2', 'Digit3', 'Digit4', 'Digit5', 'Digit6']) {
    await press(key);
    const about = page.getByRole('region', { name: 'Guide' });
    check((await about.locator('h2').textContent()).length > 4, `the guide is beside ${key}`);
    await about.locator('img').first().scrollIntoViewIfNeeded();
    await page.waitForFunction(() => [...document.querySelectorAll('[aria-label=Guide] img')].every((image) => image.complete && image.naturalWidth > 0));
    await fits(page, `the guide beside ${key}`);
  }
  await accessible(page, 'the guide');
  await press('KeyL');
  check(/[一-鿿]/.test(await page.locator('aside h2').first().textContent()), 'the guide is in Chinese at once');
  await press(['KeyL', 'KeyH']);
}

/** Every action stands in the key sheet and in the palette, in both languages. */
async function actions() {
  const seen = {};
  for (const language of ['en', 'zh']) {
    await press('Shift+Slash');
    seen[language] = await page.locator('[role=dialog] dt').allTextContents();
    const keys = await page.locator('[role=dialog] dd input').evaluateAll((all) => all.map((one) => one.value));
    check(seen[language].every((text) => text.trim()) && keys.every((text) => text.trim()) && keys.length === seen[language].length, `${keys.length} actions have a key and a text (${language})`);
    await accessible(page, `the keys (${language})`);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+KeyK');
    for (const text of seen[language]) {
      await page.locator('.palette input').fill(text);
      const first = (await page.locator('.palette li').first().textContent()) ?? '';
      if (!first.includes(text)) throw new Error(`the palette has no "${text}"`);
    }
    await page.keyboard.press('Escape');
    await press('KeyL');
  }
  check(seen.en.every((text, i) => text !== seen.zh[i]), 'every action is told in both languages');
}

/** Tab alone reaches what a screen has, and shows where it is. */
async function keyboard() {
  for (const key of ['Digit1', 'Digit2', 'Digit3', 'Digit4', 'Digit5', 'Digit6']) {
    await press(key);
    await page.evaluate(() => document.activeElement?.blur());
    const reached = new Set();
    for (let i = 0; i < 80; ++i) {
      await page.keyboard.press('Tab');
      const at = await page.evaluate(() => {
        const node = document.activeElement;
        if (!node || node === document.body) return null;
        const of = getComputedStyle(node);
        return { name: node.outerHTML.slice(0, 160), shows: parseFloat(of.outlineWidth) > 0 && of.outlineStyle !== 'none' };
      });
      if (!at) continue;
      if (!at.shows && !at.name.startsWith('<video')) throw new Error(`the focus is not seen on ${at.name}`);
      if (reached.has(at.name) && reached.size > 20) break;
      reached.add(at.name);
    }
    check(reached.size >= 10, `Tab reaches ${reached.size} controls of ${key}`);
  }
}

async function looks() {
  for (const media of [{ contrast: 'more' }, { reducedMotion: 'reduce' }, { forcedColors: 'active' }]) {
    await page.emulateMedia(media);
    for (const key of ['Digit1', 'Digit2', 'Digit3', 'Digit4', 'Digit5', 'Digit6']) {
      await press(key);
      if (media.contrast) await accessible(page, `${key} in high contrast`);
      const moving = await page.evaluate(() => [...document.querySelectorAll('body *')].filter((node) => {
        const of = getComputedStyle(node);
        return parseFloat(of.transitionDuration) > 0.01 || (of.animationName !== 'none' && parseFloat(of.animationDuration) > 0.01);
      }).length);
      if (media.reducedMotion) check(moving === 0, `nothing of ${key} moves where motion is to be reduced`);
    }
    await page.emulateMedia({ contrast: null, reducedMotion: null, forcedColors: null });
  }
  for (const [width, height] of [[1280, 720], [1920, 1080]]) {
    await page.setViewportSize({ width, height });
    for (const key of ['Digit1', 'Digit2', 'Digit3', 'Digit4', 'Digit5', 'Digit6']) {
      await press(key);
      await fits(page, `${key} at ${width}`);
    }
  }
}

await drive({ browser, page, told }, '/tmp/understudy-film-failure.png', async () => {
  await page.goto(address);
  await page.getByRole('heading', { name: 'Frames' }).waitFor();
  if (shots) await shoot(page, shots);
  else for (const part of [frames, result, dense, guide, actions, keyboard, looks]) await part();
});
