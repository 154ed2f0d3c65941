import type { guideEn } from './guide.en';

export const guideZh: Record<keyof typeof guideEn, string> = {
  'help.everywhere': '所有页面',
  'guide.title': '教程',
  'guide.workspace': '工作区',
  'guide.frames': '帧',
  'guide.faces': '提取人脸',
  'guide.curate': '整理素材集',
  'guide.masks': '遮罩',
  'guide.train': '训练',
  'guide.merge': '合成',
  'guide.video': '成片',
};
