// What a person must be able to read on the way, in each language: the journey checks that the page really speaks it.
export const words = {
  "zh-CN": {
    login: "登录", bind: "绑定存储空间", newDataset: "新建数据集", statistics: "标签统计数据", format: "格式化", preprocess: "数据集预处理",
    pair: "您选中的训练集有成组的格式化验证集，是否要选择相应的格式化数据作为此次训练的验证集？",
    success: "成功", done: "完成", produced: "训练产生模型", created: "训练创建成功。",
  },
  en: {
    login: "Log in", bind: "Bind a storage space", newDataset: "New dataset", statistics: "Label statistics", format: "Format", preprocess: "Preprocess",
    pair: "The training set you chose has a matching validation set of the same batch. Use it as the validation set of this training?",
    success: "Success", done: "Done", produced: "Models from training", created: "Training created.",
  },
};
