// SPDX-License-Identifier: Apache-2.0
// Pictures of every screen in both languages, for README, the documents and the guide: `studio-SCREEN.LANGUAGE.webp`. A new screen is a
// row here. By hand: `make shots`, over any workspace that has a finished film in it.
import path from 'node:path';
import { picture, settled } from './page.mjs';

const screens = [
  { name: 'home', key: 'Digit1' },
  { name: 'frames', key: 'Digit2', before: (page) => middle(page) },
  { name: 'faces', key: 'Digit3' },
  { name: 'training', key: 'Digit4' },
  { name: 'merge', key: 'Digit6', before: async (page) => (await middle(page), await page.keyboard.press('KeyW')) },
  { name: 'result', key: 'Digit6', before: async (page) => {
    await middle(page);
    await page.locator('.tools select').selectOption({ index: 1 });
    for (const key of ['KeyR', 'Home', 'KeyN']) await page.keyboard.press(key);
  } },
];

async function middle(page) {
  await page.locator('.transport input').waitFor();
  await page.waitForFunction(() => document.querySelector('.box img'));
  const count = Number(await page.locator('.transport input').getAttribute('max'));
  await page.locator('.transport input').fill(String(Math.max(1, Math.round(count / 2))));
  await page.locator('.transport input').press('Enter');
  await page.locator('.transport input').blur();
  await page.waitForTimeout(600);
}

/** Where on whose machine the film lies is nobody's business: pictures say /films. */
async function anonymous(page) {
  await page.evaluate(async () => {
    const { root } = await (await fetch('/api/workspace')).json();
    const parent = root.slice(0, root.lastIndexOf('/'));
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) node.data = node.data.replaceAll(parent, '/films');
  });
}

async function taken(page, file) {
  await anonymous(page);
  await picture(page, file);
}

export async function shoot(page, folder) {
  await page.setViewportSize({ width: 1280, height: 720 });
  const language = () => page.evaluate(() => document.documentElement.lang);
  const pressed = (label) => page.locator('header').getByRole('button', { name: label, pressed: true }).count();
  if (await pressed(/Jobs|任务/)) await page.keyboard.press('KeyJ');
  for (const wanted of ['zh', 'en']) {
    if ((await language()) !== wanted) await page.keyboard.press('KeyL');
    for (const { name, key, before } of screens) {
      await page.keyboard.press(key);
      await page.waitForTimeout(500);
      await before?.(page);
      await settled(page);
      await taken(page, path.join(folder, `studio-${name}.${wanted}.webp`));
    }
    await page.keyboard.press('Digit1');
    await page.keyboard.press('KeyJ');
    await settled(page);
    await taken(page, path.join(folder, `studio-jobs.${wanted}.webp`));
    await page.keyboard.press('KeyJ');
    await page.keyboard.press('Control+KeyK');
    await page.locator('.palette input').fill('merge —');
    await page.locator('.palette li').filter({ hasText: /[:：] ?merge — / }).first().getByRole('button').click();
    await page.locator('.dialog code').filter({ hasText: 'understudy' }).waitFor();
    await settled(page);
    await taken(page, path.join(folder, `studio-form.${wanted}.webp`));
    await page.keyboard.press('Escape');
    await page.keyboard.press('Digit2');
    await page.keyboard.press('KeyH');
    await page.waitForTimeout(600);
    await settled(page);
    await taken(page, path.join(folder, `studio-guide.${wanted}.webp`));
    await page.keyboard.press('KeyH');
  }
}
