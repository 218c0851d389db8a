// A node whose rooms `report:*` render reports. That takes seconds, so it is
// done on threads for tasks, while the room goes on. A member says
//   {"text":"report 12"}
// for twelve pages, gets {"job":"1"} as the answer, and all members of the room
// see how far it is, on the chat page as a bar:
//   {"job":"1","progress":0.25,"text":"Report 1: 3 of 12 pages"}
// Try it: build/release/examples/report, then join `report:1` on the chat page
// and say "report 12".

#include <nlohmann/json.hpp>

#include <atrium/actors/room_logic.hpp>
#include <atrium/net/run_node.hpp>
#include <charconv>
#include <chrono>
#include <string>
#include <thread>

using namespace std::chrono_literals;

// Runs on another thread than the room: has what it needs as arguments.
std::string render(int pages, atrium::task_control& control) {
  std::string report;
  for (int page = 1; page <= pages; ++page) {
    if (control.is_cancelled())
      return report;                    // nobody waits for it any more
    std::this_thread::sleep_for(250ms); // a page takes its time
    report += "Page " + std::to_string(page) + '\n';
    control.report(std::to_string(page));
  }
  return report;
}

class report_room : public atrium::room_logic {
public:
  atrium::decision on_join(const atrium::member& who) override {
    tell(who, R"({"text":"say \"report 12\" for a report of twelve pages"})");
    return atrium::decision::accept();
  }

  // What is no request is an ordinary message.
  atrium::decision on_message(const atrium::member&,
                              atrium::room_message& message) override {
    auto pages = pages_of(message.data);
    if (pages == 0)
      return atrium::decision::accept();
    if (pages < 0 || pages > 100)
      return atrium::decision::refuse("a report has 1 to 100 pages");
    if (under_way_ == 2)
      return atrium::decision::refuse("two reports at a time");
    auto job = std::to_string(++last_job_);
    begin(job, pages);
    return atrium::decision::handled(nlohmann::json{{"job", job}}.dump());
  }

  // What operators see when they look into a room.
  friend caf::error inspect(atrium::json_inspector& f, report_room& x) {
    return f(atrium::named("reports"), x.last_job_, atrium::named("under_way"),
             x.under_way_);
  }

private:
  // The functions that get `this` are called in the room, between two hooks,
  // and only while this object is its logic.
  void begin(const std::string& job, int pages) {
    ++under_way_;
    atrium::task_options how;
    how.name = "report " + job;
    how.deadline = 1min;
    how.on_progress = [=, this](const std::string& page) {
      show(job, std::stod(page) / pages,
           page + " of " + std::to_string(pages) + " pages");
    };
    how.on_failure = [=, this](const atrium::task_failure& why) {
      --under_way_;
      show(job, 0, why.text);
    };
    auto work = [pages](atrium::task_control& control) {
      return render(pages, control);
    };
    auto then = [=, this](const std::string& report) {
      --under_way_;
      show(job, 1, "done, " + std::to_string(report.size()) + " bytes");
    };
    run(work, then, how);
    show(job, 0, "begun");
  }

  void show(const std::string& job, double progress, const std::string& how) {
    nlohmann::json data{{"job", job}, {"progress", progress}};
    data["text"] = "Report " + job + ": " + how;
    publish(data.dump());
  }

  // "report 12" is 12 pages, anything that does not begin so 0; -1 is nonsense.
  static int pages_of(const std::string& message) {
    auto data = nlohmann::json::parse(message, nullptr, false);
    auto text = data.is_object() ? data.value("text", nlohmann::json{}) : data;
    const std::string prefix = "report ";
    if (!text.is_string() || !text.get<std::string>().starts_with(prefix))
      return 0;
    auto number = text.get<std::string>().substr(prefix.size());
    auto end = number.data() + number.size();
    int pages = 0;
    auto [rest, error] = std::from_chars(number.data(), end, pages);
    return error == std::errc{} && rest == end && pages > 0 ? pages : -1;
  }

  int last_job_ = 0;
  int under_way_ = 0;
};

int main(int argc, char** argv) {
  return atrium::run_node(argc, argv,
                          atrium::room_types{}.add<report_room>("report:*"));
}
