// SPDX-License-Identifier: Apache-2.0
// The part in Chromium; started by studio_faces.py. Prints a JSON line for each figure.
import fs from 'node:fs';
import { openPage } from '../tests/studio/page.mjs';

const [web, executablePath, address, server] = process.argv.slice(2);
const { browser, page, told } = await openPage(web, executablePath);
const say = (name, value, unit) => console.log(JSON.stringify({ name, value: Number(value.toFixed(1)), unit }));
/** Of the server, in milliseconds: what a busy machine does not change. */
const processorTime = () => {
  const fields = fs.readFileSync(`/proc/${server}/stat`, 'utf8').split(') ')[1].split(' ');
  return 10 * (Number(fields[11]) + Number(fields[12]));
};
const memory = () => Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${server}/status`, 'utf8'))[1]) / 1000;

/** Until every picture in sight is there, in milliseconds. */
const filled = () => page.evaluate(() => new Promise((resolve) => {
  const began = performance.now();
  const look = () => {
    const view = document.querySelector('.view')?.getBoundingClientRect();
    const cells = [...document.querySelectorAll('[data-at]')].filter((cell) => {
      const box = cell.getBoundingClientRect();
      return view && box.bottom > view.top && box.top < view.bottom;
    });
    const there = (image) => image && image.complete && image.naturalWidth > 0;
    if (cells.length > 0 && cells.every((cell) => there(cell.querySelector('img')))) resolve(performance.now() - began);
    else requestAnimationFrame(look);
  };
  look();
}));
const median = (all) => all.sort((a, b) => a - b)[Math.floor(all.length / 2)];

try {
  await page.goto(address);
  await page.getByRole('heading', { name: 'Frames' }).waitFor();
  let began = Date.now();
  await page.keyboard.press('Digit3');
  await page.waitForFunction(() => document.querySelector('[data-at] img')?.naturalWidth > 0);
  say('first picture', Date.now() - began, 'ms');
  await filled();
  say('all pictures in sight', Date.now() - began, 'ms');

  for (const [name, by] of [['slow scroll', 6], ['scroll', 40], ['fast scroll', 400], ['dragged', 20000]]) {
    const frames = await page.evaluate((step) => new Promise((resolve) => {
      const view = document.querySelector('.view');
      const times = [];
      let last = performance.now();
      const frame = (now) => {
        times.push(now - last);
        last = now;
        view.scrollTop += step;
        if (times.length < 240) requestAnimationFrame(frame);
        else resolve(times.slice(1));
      };
      requestAnimationFrame(frame);
    }), by);
    const mean = frames.reduce((sum, time) => sum + time, 0) / frames.length;
    say(`${name} (${by} pixels a frame)`, 1000 / mean, 'frames/s');
    say(`${name}, slowest of a hundred frames`, frames.sort((a, b) => a - b)[Math.floor(frames.length * 0.99)], 'ms');
    await page.evaluate(() => (document.querySelector('.view').scrollTop = 0));
    await page.waitForTimeout(300);
  }

  const jumps = [];
  const whole = [];
  for (const to of [49_000, 7, 25_000, 12_345, 40_404, 31_000]) {
    began = Date.now();
    await page.keyboard.press('KeyG');
    await page.keyboard.press('Control+KeyA');
    await page.keyboard.type(String(to));
    began = Date.now();
    await page.keyboard.press('Enter');
    await page.waitForFunction((at) => document.querySelector(`[data-at="${at}"] img`)?.naturalWidth > 0, to - 1);
    jumps.push(Date.now() - began);
    await filled();
    whole.push(Date.now() - began);
    await page.evaluate(() => document.activeElement.blur());
  }
  say('jump to a number: its picture', median(jumps), 'ms');
  say('jump to a number: all pictures in sight', median(whole), 'ms');

  const before = processorTime();
  const filters = await page.evaluate(async () => {
    const times = [];
    for (const text of ['blur > 0.2', 'turn > 0 && blur > 0.1', 'abs(turn) < 10 || mouth_open > 0.05', "source ~ '1'", 'quality > 0.3', 'nod < 2']) {
      const at = performance.now();
      await (await fetch(`/api/faces/src/list?count=200&order=blur&filter=${encodeURIComponent(text)}`)).json();
      times.push(performance.now() - at);
    }
    return times;
  });
  say('a filter, processor time of the server', (processorTime() - before) / filters.length, 'ms');
  say('a filter, asked of the server', median(filters), 'ms');
  const shown = [];
  for (const text of ["name ~ '12' && blur > 0", "name ~ '345' && turn < 90", "source ~ '1' && name ~ '7'"]) {
    await page.getByRole('combobox', { name: 'Filter' }).fill(text);
    const was = await page.locator('.count').textContent();
    began = Date.now();
    await page.waitForFunction((count) => document.querySelector('.count').textContent !== count, was);
    shown.push(Date.now() - began);
  }
  say('a filter, from the last letter to the wall (180 ms of them waiting for the next letter)', median(shown), 'ms');
  await page.getByRole('combobox', { name: 'Filter' }).fill('');
  await page.waitForTimeout(600);

  began = Date.now();
  await page.evaluate(async () => (await fetch('/api/faces/src/list?fold=1')).json());
  say('near-duplicates folded, the first time', Date.now() - began, 'ms');
  await page.locator('[data-at]').first().click();
  began = Date.now();
  await page.keyboard.press('Delete');
  await page.waitForFunction(() => document.querySelector('.count').textContent.startsWith('49,999'));
  say('one face thrown out', Date.now() - began, 'ms');
  await page.keyboard.press('KeyM');
  began = Date.now();
  await page.locator('canvas').waitFor();
  say('map', Date.now() - began, 'ms');
  say("the server's memory", memory(), 'MB');
  if (told.wrong.length) console.log(JSON.stringify({ name: 'errors', value: told.wrong.length, unit: told.wrong[0] }));
} finally {
  await browser.close();
}
