// Chinese names of operations, parameters, choices and units. English comes from the server, as does what is missing here.
type Names = Readonly<Record<string, string>>;

export const operationTitles: Names = {
  // geometric
  flip: "上下翻转", flop: "左右翻转", transpose: "转置", rotate: "旋转", rotate90: "直角旋转", shear: "错切", translate: "平移", scale: "缩放",
  affine: "仿射（旋转、缩放、错切、平移）", perspective: "透视", crop: "裁剪", "crop-random": "随机裁剪", "crop-centre": "中心裁剪", "crop-box": "按框裁剪",
  "crop-safe": "保留所有框的裁剪", pad: "加边", resize: "调整尺寸", elastic: "弹性变形", "grid-distortion": "网格变形", "optical-distortion": "镜头畸变",
  // photometric
  brightness: "亮度", contrast: "对比度", saturation: "饱和度", hue: "色相", gamma: "伽马", "colour-jitter": "颜色抖动", equalise: "直方图均衡",
  clahe: "局部对比度（CLAHE）", "auto-contrast": "自动对比度", posterise: "色调分离", solarise: "过曝反转", invert: "反色", grayscale: "灰度",
  "channel-shuffle": "通道打乱", "white-balance": "白平衡", blur: "高斯模糊", "box-blur": "均值模糊", "motion-blur": "运动模糊", "median-blur": "中值模糊",
  sharpen: "锐化", noise: "高斯噪声", "salt-pepper": "椒盐噪声", "iso-noise": "ISO 噪声", jpeg: "JPEG 压缩", downscale: "降低分辨率", fog: "雾", rain: "雨",
  shadow: "阴影",
  // erasing
  erase: "擦除一处", cutout: "随机遮挡", "coarse-dropout": "多块遮挡", "grid-mask": "网格遮挡", "cutout-boxes": "框内遮挡", "blur-boxes": "框内模糊",
  "flip-boxes": "框内翻转", "rotate-boxes": "框内旋转",
  // several
  mosaic: "马赛克拼图", "mix-up": "混合两图", "copy-paste": "复制粘贴框",
  // sets
  "one-of": "任选其一", "some-of": "任选几种", sequence: "依次执行", randaugment: "RandAugment 自动组合", augmix: "AugMix 混合增强",
};

export const parameterTitles: Names = {
  angle: "角度", fit: "画幅", fill: "填充", which: "选哪些框", direction: "方向", holes: "块数", width: "宽度", height: "高度", cell: "格子大小", ratio: "比例",
  scale: "缩放", x: "水平", y: "垂直", margin: "边距", fraction: "比例", cut: "裁剪量", alpha: "强度", sigma: "平滑半径", cells: "格数", limit: "幅度", k: "畸变系数",
  shape: "形状", position: "位置", strength: "强度", mode: "方式", times: "次数", factor: "倍数", cutoff: "截断", channels: "通道", amount: "程度", radius: "半径",
  clip: "限幅", tiles: "分块", hue: "色相", brightness: "亮度", contrast: "对比度", saturation: "饱和度", order: "顺序", interpolation: "插值", density: "浓度",
  gamma: "伽马", quality: "质量", bits: "位数", salt: "白点占比", darkness: "暗度", threshold: "阈值", temperature: "色温", tint: "色调", count: "个数",
  magnitude: "幅度", depth: "深度", mix: "混合", intensity: "强度", "colour-shift": "颜色偏移", length: "长度", area: "面积", size: "大小", shear: "错切",
  "shear-x": "水平错切", "shear-y": "垂直错切", aspect: "宽高比", opacity: "不透明度", blur: "模糊", frame: "画幅", edge: "边", offset: "偏移", spacing: "间距",
};

export const choiceTitles: Names = {
  keep: "保持尺寸", expand: "扩大画布", crop: "裁掉空角", black: "黑", grey: "灰", white: "白", edge: "延伸边缘", mirror: "镜像", each: "各通道分别", together: "各通道一起",
  horizontal: "水平", vertical: "垂直", linear: "线性", nearest: "最近邻", any: "任意", square: "正方形", random: "随机", largest: "最大的", all: "全部", one: "一个",
  rbg: "红蓝绿", grb: "绿红蓝", gbr: "绿蓝红", brg: "蓝红绿", bgr: "蓝绿红", rgb: "红绿蓝", mean: "平均色", noise: "噪声", colour: "颜色",
  fit: "完整放入", fill: "填满", exact: "精确尺寸", "shorter-edge": "按短边",
  centre: "居中", "top-left": "左上", "top-right": "右上", "bottom-left": "左下", "bottom-right": "右下",
};

export const unitTitles: Names = {
  degrees: "度", pixels: "像素", fraction: "比例", times: "倍", bits: "位", tiles: "块", rectangles: "块", "quarter turns": "个直角", "of 30": "/ 30",
  "at the corners": "（四角处）", "fraction of a cell": "格的比例", "fraction of its size": "自身尺寸的比例", "fraction of the area": "面积的比例",
  "fraction of the box's longer edge": "框长边的比例", "fraction of the box's shorter edge": "框短边的比例", "fraction of the height": "高度的比例",
  "fraction of the picture's shorter edge": "图片短边的比例", "fraction of the pixels at each end": "两端像素的比例", "fraction of the pixels": "像素的比例",
  "fraction of the room": "余地的比例", "fraction of the shorter edge": "短边的比例", "fraction of the whole range": "全范围的比例", "fraction of the width": "宽度的比例",
  "fraction of them": "其中的比例", "fraction of width and height": "宽高的比例", "times strength": "× 强度", "times the detail": "× 细节",
  "times the mean of the histogram": "× 直方图均值", "times 25 of 255 grey values in white": "× 25 个灰度级",
};
