// Single words: what a job is at, what it counts, and what means something only within one text; and what others say, in ours.

/** The parts of a job, Run::stage(). */
export const stagesZh: Record<string, string> = {
  carry: '传递标注', chain: '逐张排列', check: '检查', compare: '比较', copy: '复制', cut: '剪切', deliver: '写出图层', denoise: '降噪', draw: '绘制',
  'drawing two people who do not exist': '绘制两个并不存在的人', encode: '编码', enhance: '增强', extract: '提取人脸', find: '搜索人脸',
  'find lost faces': '找回丢失的人脸', frames: '分帧', identify: '识别人物', import: '导入', join: '拼接', label: '标注', look: '查看', 'look again': '再次搜索',
  mask: '生成遮罩', measure: '测量', merge: '合成', move: '移动', open: '打开', pack: '打包', plan: '估算', read: '读取', redo: '重做', remove: '移除',
  rename: '重命名', resize: '改变大小', restore: '还原', sample: '抽样', score: '评分', size: '选择大小', train: '训练', undo: '撤销', unpack: '解包',
  verify: '校验', write: '写入',
};

/** What its progress counts, Run::progress(). */
export const countedZh: Record<string, string> = {
  copied: '已复制', faces: '张人脸', frames: '帧', images: '张图片', iterations: '次迭代', pages: '页', pictures: '张图片', states: '个状态',
};

/** By formats: words that are put into them, and are names or options anywhere else. */
export const wordsZh: Record<string, Record<string, string>> = {
  '{} {} in {} cannot be read here ({})': { picture: '图片', pictures: '图片' },
  'Put the {} video there under the name {}.mp4 (or .mov, .mkv …)': { destination: '目标' },
  'There is no {} of {} that could be taken back': { sort: '排序', clearing: '清除' },
  "'{}' is no {}": { setting: '设定名' },
  'There is no frame {} of frame {}': { behind: '后面' },
  '{} {} for {}': { set: '设定', unset: '取消设定' },
  '{} {} at {} for {}': { key: '设定关键帧' },
  '{}, {} range{}': { full: '全', limited: '有限' },
  '{} faces with {}': { polygons: '多边形' },
  '-- training: {} ({} of {})': {
    small: '小尺寸', middle: '中等尺寸', large: '大尺寸', slower: '放慢', sharp: '清晰', fine: '精细', crisp: '锐利', whole: '整个训练',
  },
};

/** What the system, FFmpeg and the browser say in our texts: no source of ours has it. */
export const othersZh: Record<string, string> = {
  'No such file or directory': '没有这个文件或文件夹',
  'Permission denied': '没有权限',
  'Operation not permitted': '不允许此操作',
  'No space left on device': '磁盘空间不足',
  'Disk quota exceeded': '超出磁盘配额',
  'File exists': '文件已存在',
  'Is a directory': '这是文件夹',
  'Not a directory': '这不是文件夹',
  'Directory not empty': '文件夹不为空',
  'Read-only file system': '文件系统为只读',
  'File name too long': '文件名过长',
  'Too many open files': '打开的文件过多',
  'Input/output error': '输入输出错误',
  'Cannot allocate memory': '无法分配内存',
  'Resource temporarily unavailable': '资源暂时不可用',
  'Invalid argument': '参数无效',
  'Broken pipe': '管道已断开',
  'Stale file handle': '文件句柄已失效',
  'Invalid data found when processing input': '输入中的数据无效',
  'End of file': '已到文件结尾',
  'Failed to fetch': '无法连接到工作室',
};
