// Texts around the guide, whose pages are in src/guide.
export const guideEn = {
  'help.everywhere': 'Everywhere',
  'guide.title': 'Guide',
  'guide.workspace': 'Workspace',
  'guide.frames': 'Frames',
  'guide.faces': 'Extract the faces',
  'guide.curate': 'Curate the facesets',
  'guide.masks': 'Masks',
  'guide.train': 'Train',
  'guide.merge': 'Merge',
  'guide.video': 'The finished video',
} as const;
