// SPDX-License-Identifier: Apache-2.0
// Drives the screens of the workspace and of trainings; started by training_browser_test.py.
import path from 'node:path';
import { accessible, check, drive, fits, jobsOf, openPage, picture, settled } from './page.mjs';

const [web, chromium, address, clip, shots] = process.argv.slice(2);
const { browser, page, told } = await openPage(web, chromium);

async function shot(name) {
  await settled(page);
  await accessible(page, name);
  if (!shots) return;
  for (const [width, height] of [[1280, 720], [1920, 1080]]) {
    await page.setViewportSize({ width, height });
    await page.waitForTimeout(300);
    await fits(page, `${name} at ${width}`);
    await picture(page, path.join(shots, `${name}-${width}.webp`));
  }
  await page.setViewportSize({ width: 1280, height: 720 });
}
async function ended(verb, timeout = 300_000) {
  const end = Date.now() + timeout;
  for (;;) {
    const newest = (await jobsOf(page)).find((one) => one.verb === verb && one.here);
    if (newest && ['done', 'failed', 'cancelled'].includes(newest.state)) return newest;
    if (Date.now() > end) throw new Error(`${verb} does not end: ${JSON.stringify(newest)}`);
    await page.waitForTimeout(200);
  }
}
const well = async (verb) => {
  const job = await ended(verb);
  check(job.state === 'done', `${verb} ends well ${job.error?.message ?? ''}`);
};
const tab = (name) => page.getByRole('tab', { name, exact: true }).click();
const models = () => page.evaluate(async () => (await fetch('/api/models')).json());

// What the browser would show is written down instead: a window without a screen shows none.
await page.addInitScript(() => {
  globalThis.shown = [];
  globalThis.Notification = class {
    static permission = 'default';
    static async requestPermission() { return (this.permission = 'granted'); }
    constructor(title, { body }) { globalThis.shown.push(`${title}: ${body}`); }
  };
});

await drive({ browser, page, told }, shots && path.join(shots, 'failure.png'), async () => {
  await page.goto(address);
  await page.getByRole('heading', { name: 'Frames' }).waitFor();

  // Two clips are dropped beside the panel: one for each side, and the browser does not leave for them.
  const left = await page.evaluate(() => {
    const transfer = new DataTransfer();
    for (const name of ['a.mp4', 'b.mp4']) transfer.items.add(new File(['x'], name));
    const event = new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true });
    document.querySelector('header').dispatchEvent(event);
    return !event.defaultPrevented;
  });
  check(!left, 'a drop beside the panel is no way out of the studio');
  await page.locator('.drop .choose').nth(1).waitFor();
  const sides = () => page.locator('.drop .choose').evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll('select')].map((one) => one.value).join()));
  check(JSON.stringify(await sides()) === '["video,src","video,dst"]', `two clips are one for each side: ${await sides()}`);
  check(await page.getByRole('button', { name: 'Bring in', exact: true }).isDisabled(), 'a side that has a video gets no other');
  await page.getByText('src has a video already').waitFor();
  await page.getByRole('button', { name: 'Swap the sides' }).click();
  check(JSON.stringify(await sides()) === '["video,dst","video,src"]', 'and can be swapped');
  await accessible(page, 'two clips');
  await page.locator('.drop').getByRole('button', { name: 'Close' }).click();

  // A video is dropped in.
  await page.locator('input[type=file]').setInputFiles(clip);
  await page.locator('.drop select').first().selectOption('video');
  await page.locator('.drop select').nth(1).selectOption('dst');
  await shot('home-drop');
  await page.getByRole('button', { name: 'Bring in', exact: true }).click();
  await page.getByText('In their place: 1').waitFor();
  check(true, 'a dropped video is in its place');
  await shot('home-all');

  // A step is cleared and had back.
  await page.getByRole('button', { name: 'Clear: Faces' }).click();
  const clearing = page.getByRole('dialog', { name: 'Clear' });
  // The answer for both sides comes late: it must not stand for the one that is chosen.
  await clearing.getByRole('button', { name: 'Close' }).click();
  await page.route('**/api/clear?*side=&*', async (route) => {
    await new Promise((go) => setTimeout(go, 1500));
    await route.continue();
  });
  await page.getByRole('button', { name: 'Clear: Faces' }).click();
  const late = page.waitForResponse((reply) => reply.url().includes('side=&') && reply.url().includes('step=faces'));
  const trash = clearing.getByRole('button', { name: 'Move to the trash' });
  check(await trash.isDisabled(), 'nothing is cleared before it is told what goes');
  await clearing.getByRole('radio', { name: 'src' }).check();
  await clearing.getByText('data_src/aligned').first().waitFor();
  await late;
  await page.waitForTimeout(300);
  check((await clearing.getByText('data_dst/aligned').count()) === 0, 'an answer that comes late is not that of the chosen side');
  await page.unroute('**/api/clear?*side=&*');
  await clearing.getByText('data_src/aligned').first().waitFor();
  await shot('home-clear');
  await clearing.getByRole('button', { name: 'Move to the trash' }).click();
  await well('clear');
  await page.getByRole('button', { name: 'Bring back: faces src' }).click();
  await page.waitForFunction(async () => (await (await fetch('/api/faces/src')).json()).total === 8);
  check(true, 'what was cleared is back');
  await page.getByRole('button', { name: 'Browse…' }).click();
  await page.getByRole('dialog', { name: 'Browse' }).getByRole('button', { name: /Up/ }).waitFor();
  await page.keyboard.press('Escape');

  // Two GPUs of one name, and a disk that becomes full: seen on a screen that has no meters.
  const one = { name: 'GPU', busy: 0.5, memory_used: 1e9, memory_total: 8e9 };
  await page.route('**/api/meters', (route) => route.fulfill({ json: { processor: 0.1, memory: { used: 1e9, total: 4e9 }, disk: { free: 1e9 }, gpus: [one, one], jobs: {} } }));
  await page.locator('.meters dt', { hasText: '1 · GPU' }).waitFor();
  check((await page.locator('.meters dt', { hasText: 'GPU' }).count()) === 2, 'two GPUs of one name are two rows');
  await page.keyboard.press('Digit3');
  await page.getByText('The disk is nearly full').waitFor();
  await page.unroute('**/api/meters');
  await page.locator('.alarm').getByRole('button', { name: 'Close' }).click();
  check(true, 'the disk is watched from any screen');

  // A card tells what it needs before anything starts.
  await page.keyboard.press('Digit4');
  await page.getByLabel('Model', { exact: true }).waitFor();
  await tab('New training');
  await page.getByRole('radio', { name: /First look/ }).click();
  await page.locator('#new-model').fill('mine');
  await page.locator('#new-time').fill('90s');
  await page.locator('#new-resolution').fill('96');
  await shot('training-card');
  await page.getByRole('button', { name: 'Work out' }).click();
  await page.locator('.forecast').waitFor({ timeout: 240_000 });
  check((await page.locator('.forecast li').count()) >= 2, 'the forecast has stages');
  check((await page.locator('.forecast').innerText()).includes('s'), 'and a time');
  check(!(await models()).some((one) => one.name === 'mine'), 'and nothing was made');
  await shot('training-forecast');
  const worked = page.getByRole('button', { name: 'Work out' });
  await page.locator('#new-resolution').fill('1');
  await worked.click();
  check((await page.locator('#new-resolution').getAttribute('aria-invalid')) === 'true', 'what is no value is not worked out');
  await page.locator('#new-resolution').fill('128');
  await worked.click();
  await tab('Note');
  await tab('New training');
  await page.locator('.forecast', { hasText: '128 px' }).waitFor({ timeout: 240_000 });
  check((await jobsOf(page)).filter((one) => one.options['plan-only'] === true).length === 2, 'other options are worked out anew, and kept over another tab');

  // A short training by the form of all options, on a small model that is there.
  await page.evaluate(async () => {
    const body = { verb: 'train saehd', options: { model: 'saehd', threads: 1, 'target-iter': 30, 'preview-every': 0.05, 'save-every': 0.1 } };
    await fetch('/api/jobs', { method: 'POST', body: JSON.stringify(body) });
  });
  await page.getByLabel('Model', { exact: true }).selectOption('saehd');
  await tab('Previews');
  await page.locator('.uplot canvas').waitFor();
  await well('train saehd');
  await page.waitForFunction(() => document.querySelectorAll('.u-legend .u-series').length >= 3);
  check(true, 'the graph has the losses');
  await page.getByRole('button', { name: 'Compare' }).click();
  await page.getByRole('checkbox', { name: 'quick', exact: true }).check();
  await page.locator('.u-legend').getByText('quick: src_loss').waitFor();
  check(true, 'another model lies over them');
  await shot('training-compare');
  await page.getByRole('button', { name: /Compare/ }).click();

  await tab('Previews');
  await page.locator('.wall img').first().waitFor();
  const slider = page.getByLabel('History');
  check(Number(await slider.getAttribute('max')) >= 2, 'previews are kept on the way');
  await slider.fill('0');
  await page.getByText('saehd · iteration').first().waitFor();
  await page.getByRole('button', { name: '2×' }).click();
  const width = await page.locator('.wall img').first().evaluate((node) => [node.naturalWidth, node.clientWidth, getComputedStyle(node).imageRendering]);
  check(width[1] === 2 * width[0] && width[2] === 'pixelated', `zoom is whole: ${width}`);
  await page.getByRole('button', { name: '1×' }).click();
  await page.getByRole('combobox', { name: 'Wipe against' }).selectOption({ label: 'this model, another time' });
  await page.locator('.wall img.over').waitFor();
  await shot('training-wipe');
  await page.getByRole('combobox', { name: 'Wipe against' }).selectOption({ label: 'quick' });
  await page.locator('.wall img.over').waitFor();
  check(true, 'two models lie under a wipe');
  // The other model's pictures come late: what is named then is what is shown.
  await page.getByRole('combobox', { name: 'Wipe against' }).selectOption('');
  await page.route('**/api/models/quick/previews', async (route) => {
    await new Promise((go) => setTimeout(go, 1200));
    await route.continue();
  });
  const quick = page.waitForResponse('**/api/models/quick/previews');
  await page.getByRole('combobox', { name: 'Wipe against' }).selectOption({ label: 'quick' });
  await page.getByRole('combobox', { name: 'Wipe against' }).selectOption({ label: 'this model, another time' });
  await quick;
  await page.getByRole('combobox', { name: 'Wipe against' }).selectOption({ label: 'quick' });
  await page.waitForTimeout(300);
  check((await page.locator('.wall img.over').count()) === 0, 'nothing of another choice lies under the wipe meanwhile');
  await page.locator('.wall img.over').waitFor();
  await page.unroute('**/api/models/quick/previews');

  await tab('Saved states');
  await page.getByRole('button', { name: 'Verify all' }).click();
  await page.getByText('Every byte is as it was saved').first().waitFor();
  const before = (await models()).find((one) => one.name === 'saehd');
  await page.getByRole('button', { name: 'Bring back…' }).first().click();
  await shot('training-states');
  await page.getByRole('button', { name: 'Bring back', exact: true }).click();
  await well('model restore');
  const after = (await models()).find((one) => one.name === 'saehd');
  check(after.iteration === before.states[1].iteration && after.states.some((one) => one.backup === 1 && one.iteration === before.iteration),
    'an earlier state is back, and the present one is a backup');
  await page.getByText(/changes on the way/).click();
  await page.getByText('the model stands here').waitFor();
  check(true, 'the graph says from where on it is of another state');
  await shot('training-restored');
  await page.getByText(/changes on the way/).click();

  // A training that goes on with its model is known at once, long before it saves; what is set while it runs stays set.
  await page.evaluate(async () => {
    const body = { verb: 'train saehd', options: { model: 'saehd', threads: 1, 'target-iter': 1_000_000, 'save-every': 1440 } };
    await fetch('/api/jobs', { method: 'POST', body: JSON.stringify(body) });
  });
  await page.locator('.bar-row').getByRole('button', { name: 'Stop' }).waitFor();
  check(await page.getByRole('button', { name: 'Bring back…' }).first().isDisabled(), 'the model that is trained is not brought back');
  await tab('While it runs');
  const set = [];
  page.on('request', (request) => request.method() === 'POST' && request.url().endsWith('/command') && set.push(request.postDataJSON()));
  const often = await page.locator('#live-preview-history').isChecked();
  await page.locator('#live-save-every').fill('700');
  await page.locator('#live-preview-history').setChecked(!often);
  await tab('Note');
  await tab('While it runs');
  check((await page.locator('#live-save-every').inputValue()) === '700', 'what was set is shown behind another tab');
  await page.waitForTimeout(1200);
  check(JSON.stringify(set.map((one) => [one.key, one.value])) === JSON.stringify([['save-every', '700'], ['preview-history', String(!often)]]), `both were set: ${JSON.stringify(set)}`);
  await page.waitForFunction(async () => {
    const job = (await (await fetch('/api/jobs')).json()).find((one) => one.verb === 'train saehd');
    return (await (await fetch(`/api/jobs/${job.job}/losses?points=2`)).json()).marks.filter((one) => one.kind === 'set').length === 2;
  });
  await page.reload();
  await page.getByLabel('Model', { exact: true }).selectOption('saehd');
  await tab('While it runs');
  await page.waitForFunction(() => document.querySelector('#live-save-every')?.value === '700');
  check(true, 'and when the page is opened anew');
  await page.locator('.bar-row').getByRole('button', { name: 'Stop' }).click();
  await ended('train saehd');
  await tab('Saved states');

  // What goes wrong is told outside of the page too, once that is wished.
  const fails = async (iteration) => {
    await page.evaluate(async (wrong) => {
      const body = { verb: 'model restore', options: { model: 'saehd', iteration: wrong } };
      await fetch('/api/jobs', { method: 'POST', body: JSON.stringify(body) });
    }, iteration);
    await page.waitForFunction(async (wrong) => (await (await fetch("/api/jobs")).json()).some((one) => one.verb === "model restore" && one.state === "failed" && String(one.options?.iteration) === String(wrong)), iteration);
    await page.waitForTimeout(1500); // the page has heard of it too
    return page.evaluate(() => globalThis.shown);
  };
  check((await fails(70_001)).length === 0, 'no notification that nobody asked for');
  await page.getByRole('checkbox', { name: 'Notify me' }).check();
  const notes = await fails(70_002);
  check(notes.length === 1 && notes[0].includes('model restore'), `a job that failed is notified: ${notes}`);

  await tab('Note');
  await page.getByLabel('What is to be remembered of saehd').fill('the light changes at frame 400');
  await page.getByText('Kept', { exact: true }).waitFor();
  await tab('While it runs');
  await shot('training-live');

  // Chinese, and the other screens in it.
  await page.keyboard.press('KeyL');
  await tab('预览');
  await shot('training-zh');
  await tab('新的训练');
  await page.getByRole('radio', { name: /一个晚上/ }).click();
  await shot('training-card-zh');
  await page.keyboard.press('Digit1');
  await shot('home-zh');
});
