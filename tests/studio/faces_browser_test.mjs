// SPDX-License-Identifier: Apache-2.0
// Drives the screen of faces; started by faces_browser_test.py. Ends with 1 at the first thing that is wrong.
import path from 'node:path';
import { accessible, check, drive, fits, openPage, settled } from './page.mjs';

const [web, executablePath, address, shots] = process.argv.slice(2);
const { browser, page, told } = await openPage(web, executablePath);
const shot = async (name) => {
  if (!shots) return;
  await settled(page);
  await page.screenshot({ path: path.join(shots, `${name}.png`), animations: 'disabled' });
};
const cells = page.locator('[role=option][data-at]');
const bar = page.locator('.bar-below');
const counted = (text) => page.locator('.count').filter({ hasText: text }).waitFor();
const filter = page.getByRole('combobox', { name: 'Filter' });
const chosen = (count) => bar.getByText(`${count} chosen`, { exact: true }).waitFor();
const views = { wall: { en: 'Wall', zh: '照片墙' }, map: { en: 'Maps', zh: '分布图' }, persons: { en: 'Persons', zh: '人物' },
  coverage: { en: 'Coverage', zh: '覆盖度' }, trash: { en: 'Trash', zh: '回收站' } };
const ask = (where) => page.evaluate(async (of) => (await fetch(of)).json(), where);

await drive({ browser, page, told }, shots && path.join(shots, 'failure.png'), async () => {
  await page.goto(address);
  await page.getByRole('heading', { name: 'Frames' }).waitFor();
  await page.keyboard.press('Digit3');
  await counted('16 faces');
  await cells.first().locator('img').waitFor();
  await page.getByText('16 faces are not measured yet').waitFor();
  await accessible(page, 'faces that are not measured');
  await shot('faces-unmeasured');
  await page.getByRole('button', { name: 'Measure them' }).click();
  await page.getByText('are not measured yet').waitFor({ state: 'detached', timeout: 120_000 });
  check(true, 'faces are measured by one button');
  await page.keyboard.press('KeyJ'); // the jobs make room

  // Order and filter.
  await page.getByLabel('Order').selectOption({ label: 'Sharpness' });
  const sharpest = (await ask('/api/faces/src/list?order=blur')).faces.map((face) => face.name);
  await page.waitForFunction((name) => document.querySelector('[data-at="0"]')?.title.endsWith(` ${name}`), sharpest[0]);
  check(true, 'the order is that of the measure');
  await filter.fill('blurr > 0');
  await page.getByText("knows no column 'blurr'").waitFor();
  check((await page.locator('.filter u').textContent()) === 'blurr', 'the error stands under the word that is wrong');
  await accessible(page, 'a wrong filter');
  await shot('faces-wrong-filter');
  await filter.fill('mou');
  await page.getByRole('option', { name: 'mouth_open' }).waitFor();
  await shot('faces-completion');
  await page.keyboard.press('Tab');
  check((await filter.inputValue()) === 'mouth_open', 'Tab completes a name');
  await filter.fill("name ~ 'other'");
  await counted('4 of 16 faces');
  await page.keyboard.press('Escape');
  await counted('16 faces');

  // Choosing.
  await cells.nth(1).click();
  await cells.nth(4).click({ modifiers: ['Shift'] });
  await chosen(4);
  await cells.nth(2).click({ modifiers: ['Control'] });
  await chosen(3);
  await page.keyboard.press('Control+KeyA');
  await chosen(16);
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  await chosen(2);
  await page.locator('.details thead .value').nth(1).waitFor();
  check(true, 'two are compared');
  await page.locator('.details').getByRole('button', { name: 'Frame' }).click();
  await page.locator('.details svg rect').first().waitFor();
  await shot('faces-compare');
  await accessible(page, 'two faces compared');
  await page.keyboard.press('KeyG');
  await page.keyboard.type('7');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.querySelector('[data-at="6"]')?.getAttribute('aria-selected') === 'true');
  check(true, 'a number leads to its face');
  await page.locator('.details').getByRole('button', { name: 'Landmarks' }).click();
  await settled(page);
  await page.locator('.details').getByRole('button', { name: 'Face', exact: true }).click();
  await page.locator('[role=listbox][aria-multiselectable]').focus();

  // Throwing out, and back.
  await page.keyboard.press('Home');
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Delete');
  await counted('13 faces');
  await page.getByRole('button', { name: 'Undo: throw out 3 faces' }).waitFor();
  await cells.nth(0).click();
  await page.keyboard.press('KeyR');
  await page.locator('.mark').first().waitFor();
  const chip = page.getByRole('button', { name: '↻ 1', exact: true });
  await filter.fill('turn > -90');
  await page.waitForTimeout(400);
  await chip.click();
  await counted('1 of 13 faces');
  check((await filter.inputValue()) === 'turn > -90 && marked', 'a chip narrows the filter that was typed');
  await chip.click();
  await counted('13 faces');
  check((await filter.inputValue()) === 'turn > -90', 'and leaves it when it is pressed again');
  await filter.fill('');
  await filter.blur();
  await counted('13 faces');
  await page.keyboard.press('Control+KeyZ');
  await page.locator('.badges .mark').waitFor({ state: 'detached' });
  await page.keyboard.press('Control+KeyZ');
  await counted('16 faces');
  await page.keyboard.press('Control+Shift+KeyZ');
  await counted('13 faces');
  check(true, 'changes are taken back and done again');

  // What is still asked of a face while it is thrown out is not asked any more: the server would have to say that it is gone.
  const late = '**/api/faces/src/face?id=*';
  let held = 0;
  await page.route(late, async (route) => {
    ++held;
    await page.waitForTimeout(700);
    await route.continue().catch(() => undefined);
  });
  await cells.nth(5).click();
  await page.waitForTimeout(150);
  await page.keyboard.press('Delete');
  await counted('12 faces');
  await page.waitForTimeout(900);
  check(held > 0 && told.wrong.length === 0, 'a face that is thrown out while it is asked for is no error');
  await page.unroute(late);
  await page.keyboard.press('Control+KeyZ');
  await counted('13 faces');
  await page.keyboard.press('KeyT');
  await page.getByText('3 faces in the trash').waitFor();
  await settled(page);
  await accessible(page, 'the trash');
  await shot('faces-trash');
  const back = page.locator('.trash').getByRole('button', { name: /^Bring back/ });
  await page.locator('.trash .cell button').first().click();
  await page.waitForFunction(() => document.querySelector('.trash .marked'));
  await page.keyboard.press('KeyX');
  await counted('12 faces');
  check(await back.isDisabled(), "what is ticked in one side's trash is not brought back to the other");
  await page.keyboard.press('KeyX');
  await page.getByText('3 faces in the trash').waitFor();
  await page.getByRole('button', { name: 'Bring all back' }).click();
  await page.getByText('Nothing was thrown out').waitFor();
  await counted('16 faces');
  await page.keyboard.press('KeyW');

  // Persons.
  await filter.fill("name ~ 'other'");
  await counted('4 of 16 faces');
  await page.locator('[role=listbox][aria-multiselectable]').focus();
  await page.keyboard.press('Control+KeyA');
  await chosen(4);
  await page.getByRole('button', { name: 'Make a person' }).click();
  await page.getByRole('button', { name: 'Undo: make a person of faces' }).waitFor();
  await filter.fill('');
  await counted('16 faces');
  await page.locator('[role=listbox][aria-multiselectable]').focus();
  await page.keyboard.press('KeyP');
  await page.getByText('4 faces, ').first().waitFor();
  check((await page.locator('.persons li').count()) === 2, 'some faces are made a person of their own');
  await page.getByLabel('Name: Person 0').fill('Anna');
  await page.keyboard.press('Enter');
  await page.locator('.who strong', { hasText: 'Anna' }).waitFor();
  await page.getByRole('checkbox', { name: 'Anna' }).check();
  await accessible(page, 'persons');
  await shot('faces-persons');
  await page.getByRole('button', { name: 'Keep these persons' }).click();
  await counted('12 faces');
  await page.keyboard.press('Control+KeyZ');
  await counted('16 faces');
  check(true, 'the wrong person is thrown out, and comes back');
  await page.getByRole('checkbox', { name: 'Anna' }).check();
  const keep = page.getByRole('button', { name: 'Keep these persons' });
  check(await keep.isEnabled(), 'a person is ticked');
  await page.keyboard.press('KeyX');
  await counted('12 faces');
  check(await keep.isDisabled(), 'a person that is ticked in src is not ticked in dst');
  await page.keyboard.press('KeyX');
  await counted('16 faces');
  await page.getByRole('checkbox', { name: 'Anna' }).waitFor();
  check(await keep.isDisabled(), 'nor when one comes back');

  // Maps.
  await page.keyboard.press('KeyM');
  const box = await page.locator('canvas').boundingBox();
  await page.waitForTimeout(400);
  await accessible(page, 'maps');
  const around = [[0.02, 0.02], [0.98, 0.02], [0.98, 0.98], [0.02, 0.98], [0.02, 0.05]];
  const at = ([x, y]) => [box.x + x * box.width, box.y + y * box.height];
  await page.mouse.move(...at(around[0]));
  await page.mouse.down();
  for (const point of around.slice(1)) await page.mouse.move(...at(point), { steps: 4 });
  await shot('faces-map');
  await page.mouse.up();
  await page.getByRole('button', { name: 'A choice alone ×' }).waitFor();
  await chosen(16);
  check(true, 'a line around all points chooses all faces');
  await page.getByRole('button', { name: 'A choice alone ×' }).click();
  const numbers = await page.evaluate(async () => {
    const bytes = await (await fetch('/api/faces/src/numbers?order=name&columns=turn,nod')).arrayBuffer();
    const [count] = new Uint32Array(bytes, 0, 1);
    return [...new Float32Array(bytes, 8 + 4 * count, count)].map((turn, i) => [turn, new Float32Array(bytes, 8 + 8 * count, count)[i], new Uint32Array(bytes, 8, count)[i]]);
  });
  const border = 14;
  const [turn, nod] = numbers[0];
  await page.mouse.click(box.x + border + (1 - (turn + 90) / 180) * (box.width - 2 * border), box.y + border + (1 - (nod + 60) / 120) * (box.height - 2 * border));
  await chosen(1);
  check(true, 'a click on a point goes to its face');
  await page.keyboard.press('KeyW');

  // Coverage.
  await page.keyboard.press('KeyC');
  await page.locator('.coverage').getByRole('button', { name: 'Measure them' }).click();
  await page.locator('.cell.dst').first().waitFor({ timeout: 120_000 });
  await settled(page);
  await accessible(page, 'coverage');
  await shot('faces-coverage');
  check((await page.getByRole('group', { name: 'Light' }).getByRole('button').count()) === 0, 'what cannot be filtered by is no button');
  await page.getByRole('group', { name: 'Pose' }).locator('.dst').first().click();
  await page.locator('[role=option][data-at]').first().waitFor();
  check((await filter.inputValue()).includes('turn'), 'a cell of the map leads to its faces of dst');
  await page.keyboard.press('KeyX');
  await filter.fill('');
  await counted('16 faces');
  await filter.blur();

  for (const [width, height] of [[1280, 720], [1920, 1080]]) {
    await page.setViewportSize({ width, height });
    for (const language of ['en', 'zh']) {
      for (const [key, name] of [['KeyW', 'wall'], ['KeyM', 'map'], ['KeyP', 'persons'], ['KeyC', 'coverage'], ['KeyT', 'trash']]) {
        await page.keyboard.press(key);
        await page.waitForTimeout(300);
        const now = await page.evaluate(() => [document.documentElement.lang, [...document.querySelectorAll('[aria-pressed=true]')].map((one) => one.textContent)]);
        check(now[0] === language && now[1].includes(views[name][language]), `${name} is shown in ${language}`);
        await fits(page, `${name} in ${language}`);
        await shot(`faces-${name}-${width}-${language}`);
      }
      await page.keyboard.press('KeyW');
      await page.keyboard.press('KeyL');
      await page.waitForTimeout(100);
    }
  }
});
