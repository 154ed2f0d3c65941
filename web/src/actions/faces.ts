// What can be done to the faces: rows of the action table.
import type { Action } from './actions';
import { faces, type FaceView } from '../stores/faces/faces.svelte';
import type { Screen } from '../stores/place.svelte';

const scope: Screen[] = ['faces'];
const focusOn = (id: string) => document.getElementById(id)?.focus();
const view = (to: FaceView) => () => (faces.view = to);

export const facesActions = {
  facesThrowOut: { text: 'act.throwOut', keys: 'Delete', scope, run: () => void faces.throwOut() },
  facesUndo: { text: 'act.undo', keys: 'Ctrl+KeyZ', scope, run: () => void (faces.undo && faces.change({ do: 'undo' })) },
  facesRedo: { text: 'act.redo', keys: 'Ctrl+Shift+KeyZ', scope, run: () => void (faces.redo && faces.change({ do: 'redo' })) },
  facesAll: { text: 'act.chooseAll', keys: 'Ctrl+KeyA', scope, run: () => faces.chooseAll() },
  facesNone: { text: 'act.chooseNone', keys: 'Ctrl+Shift+KeyA', scope, run: () => faces.clear() },
  facesFilter: { text: 'act.filter', keys: 'Slash', scope, run: () => focusOn('face-filter') },
  facesGoTo: { text: 'act.goTo', keys: 'KeyG', scope, run: () => focusOn('face-number') },
  facesMark: { text: 'act.markFaces', keys: 'KeyR', scope, run: () => void faces.mark() },
  facesOnly: { text: 'act.onlyChosen', keys: 'KeyO', scope, run: () => void faces.showOnly(faces.only ? [] : faces.chosenIds) },
  facesDetails: { text: 'act.faceDetails', keys: 'KeyI', scope, run: () => (faces.details = !faces.details) },
  facesFold: { text: 'act.fold', keys: 'KeyF', scope, run: () => (faces.fold = !faces.fold) },
  facesWall: { text: 'act.faceWall', keys: 'KeyW', scope, run: view('wall') },
  facesMap: { text: 'act.faceMap', keys: 'KeyM', scope, run: view('map') },
  facesPersons: { text: 'act.facePersons', keys: 'KeyP', scope, run: view('persons') },
  facesCoverage: { text: 'act.faceCoverage', keys: 'KeyC', scope, run: view('coverage') },
  facesTrash: { text: 'act.faceTrash', keys: 'KeyT', scope, run: view('trash') },
} satisfies Record<string, Action>;
