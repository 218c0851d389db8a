#include "atrium/net/cli/inspect/run_inspect.hpp"

#include "atrium/net/cli/inspect/inspect_request.hpp"
#include "atrium/net/cli/inspect/node_link.hpp"
#include "atrium/net/cli/inspect/page_walk.hpp"
#include "atrium/net/cli/inspect/terminal.hpp"
#include "atrium/net/cli/inspect/terminal_text.hpp"
#include "atrium/net/cli/inspect/view_lines.hpp"
#include "atrium/net/cli/inspect/watch.hpp"

#include <cstdio>
#include <cstdlib>

namespace atrium {

namespace {

using namespace tool;

std::string print(const inspect_options& from, const json& view) {
  std::string text;
  // Programs that read a pipe need whole lines.
  auto width = is_terminal() ? size_of_terminal().columns : 0;
  for (auto& x : view_lines(from.what, view, width))
    text += x + '\n';
  return write_out(text) ? "" : "cannot write";
}

std::string print_pages(node_link& link, const inspect_options& from) {
  page_walk pages{from};
  while (!pages.is_done()) {
    auto x = link.ask({pages.target(), std::nullopt});
    if (!x.error.empty())
      return x.error;
    if (from.json && !write_out(x.json + '\n'))
      return "cannot write";
    pages.take(parse_view(x.json));
  }
  if (from.json)
    return {};
  auto error = print(from, pages.view());
  auto total = field_text(pages.view(), "total");
  if (error.empty() && pages.is_cut())
    // On stderr, so that stdout has only the list.
    std::fprintf(stderr, "the first %zu%s%s; --limit or --all for more\n",
                 pages.rows(), total.empty() ? "" : " of ",
                 printable(total).c_str());
  return error;
}

std::string print_view(node_link& link, const inspect_options& from) {
  node_request what{target_of(from), std::nullopt};
  if (is_act(from.what))
    what.body = body_of(from);
  auto x = link.ask(what);
  if (!x.error.empty())
    return x.error;
  if (from.json)
    return write_out(x.json + '\n') ? "" : "cannot write";
  return print(from, parse_view(x.json));
}

std::string run(node_link& link, const inspect_options& from) {
  if (auto error = link.prepare(); !error.empty())
    return error;
  try {
    if (from.what == task::watch)
      return watch(link, from);
    return is_paged(from.what) ? print_pages(link, from)
                               : print_view(link, from);
  } catch (const json::exception&) {
    // A node of another version, or no node.
    return "the node answers something else than this tool knows; --json "
           "prints it";
  }
}

} // namespace

int run_inspect(int argc, const char* const* argv) {
  auto parsed = parse_inspect_options(argc, argv);
  if (parsed.exit_code) {
    std::fputs(parsed.text.c_str(), *parsed.exit_code == 0 ? stdout : stderr);
    return *parsed.exit_code;
  }
  node_link link{parsed.value};
  auto error = run(link, parsed.value);
  if (!error.empty())
    std::fprintf(stderr, "atrium inspect: %s\n", error.c_str());
  auto code = error.empty() ? EXIT_SUCCESS : EXIT_FAILURE;
  if (link.is_resolving()) {
    std::fflush(nullptr);
    std::_Exit(code); // a name server that hangs would hold up the end
  }
  return code;
}

} // namespace atrium
