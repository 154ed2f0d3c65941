// What is done to the training that runs, from any screen.
import { api } from '../api/client';
import { trainingNow } from '../stores/models.svelte';
import { attempt } from '../stores/studio.svelte';
import type { TextKey } from '../text/en';

const send = (command: string) => () => {
  const job = trainingNow();
  if (job?.here && job.commands.includes(command)) void attempt(api.command(job.job, command));
};

export const trainingActions = {
  trainSave: { text: 'act.trainSave' as TextKey, keys: 'Shift+KeyS', run: send('save') },
  trainBackup: { text: 'act.trainBackup' as TextKey, keys: 'Shift+KeyB', run: send('backup') },
  trainPreview: { text: 'act.trainPreview' as TextKey, keys: 'Shift+KeyP', run: send('preview') },
};
