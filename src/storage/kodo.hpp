// Storage in a Kodo bucket (or a store that speaks its protocol): what the original AVA kept its data in.
#pragma once

#include <memory>
#include <string_view>

#include "remote/kodo_client.hpp"
#include "storage/storage.hpp"

namespace ava::storage {

/// "qiniu:///bucket/prefix?domain=...", also with "<uid>@<zone>" before the bucket. Options: domain, up, rs, rsf, uc,
/// api; `endpoint` is one host for all of them but the domain. Errors: `storage.bad_uri`.
Result<remote::KodoConfig> parse_kodo_uri(std::string_view uri);
/// Nothing is asked of the store before the first call. What is written and what is read whole is checked by its hash.
std::shared_ptr<Storage> open_kodo(remote::KodoConfig config, remote::RemoteOptions options = {});

}  // namespace ava::storage
