// The sentence a person reads for each slug of the server. A slug that is missing falls back to the server's own words.
export const errors = {
  title: "出错了",
  fallback: "请求没有成功",
  requestId: "请求编号 {{id}}",
  hint: "建议：{{hint}}",
  slug: {
    network: { unreachable: "连不上服务器，请检查网络" },
    user: {
      bad_credentials: "用户名或密码不对",
      awaiting_approval: "账号还没有开通权限，请联系管理员开通后再登录",
      too_many_attempts: "尝试次数太多，请稍后再试",
    },
    bucket: {
      none_bound: "还没有绑定存储空间",
      check_failed: "存储空间检查没有通过",
      root_not_allowed: "这个目录不允许绑定",
      in_use: "存储空间里还有数据，不能解除绑定",
    },
    dataset: { in_use: "数据集正在被使用，不能删除" },
    formatted_set: { in_use: "格式化数据正在被使用，不能删除" },
    training: { running: "训练正在执行，请先停止" },
    model: { in_use: "模型正在被使用，不能删除" },
  },
};
