package dev.espalier.workers.report;

import static dev.espalier.workers.report.Tag.tag;

import dev.espalier.workers.report.Film.Frame;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** Every line of work side by side, all moved along by one slider. */
final class FilmSlider {
  private final List<Arm> arms;
  private final List<Film> films;
  private final List<Stop> stops;

  /** Where the slider can stand: stages before training, and then its steps. */
  private record Stop(int phase, int step) implements Comparable<Stop> {
    static Stop of(Frame frame) {
      int phase =
          switch (frame.stage()) {
            case DENSE -> 0;
            case PRUNED -> 1;
            case SCALED, DRAWN -> 2;
            case FINETUNED, SVS_FINETUNED, DRAWN_FINETUNED -> 3;
          };
      return new Stop(phase, frame.step());
    }

    String label() {
      return switch (phase) {
        case 0 -> "dense";
        case 1 -> "pruned";
        case 2 -> "refined";
        default -> "step " + Numbers.count(step);
      };
    }

    @Override
    public int compareTo(Stop other) {
      return phase == other.phase
          ? Integer.compare(step, other.step)
          : Integer.compare(phase, other.phase);
    }
  }

  private FilmSlider(List<Arm> arms, List<Film> films) {
    this.arms = arms;
    this.films = films.stream().filter(f -> f.frames().stream().anyMatch(this::isDrawn)).toList();
    TreeSet<Stop> all = new TreeSet<>();
    this.films.forEach(
        f -> f.frames().stream().filter(this::isDrawn).map(Stop::of).forEach(all::add));
    this.stops = List.copyOf(all);
  }

  /** Shown by the script alone, which fills it. */
  static Tag draw(ReportData data) {
    return new FilmSlider(data.arms(), data.films()).whole();
  }

  private Tag whole() {
    String labels = String.join("|", stops.stream().map(Stop::label).toList());
    Tag range =
        tag("input")
            .with("type", "range")
            .with("id", "film-at")
            .with("min", 0)
            .with("max", Math.max(0, stops.size() - 1))
            .with("step", 1)
            .with("value", Math.max(0, stops.size() - 1))
            .with("data-stops", labels);
    Tag control =
        tag("div", "control")
            .add(tag("label").with("for", "film-at").text("Show all at"))
            .add(range)
            .add(tag("output").with("for", "film-at"));
    Tag lanes = tag("div", "grids lanes");
    films.forEach(film -> lanes.add(lane(film)));
    return tag("div", "film")
        .with("hidden", "hidden")
        .add(tag("h3").text("Step by step"))
        .add(
            tag("p", "note")
                .text(
                    "Samples exist of every network that was evaluated: the dense one, the pruned"
                        + " one, and the last one of each training. Nothing is drawn between"
                        + " those."))
        .add(control)
        .add(lanes);
  }

  /** At a stop of which a film has no frame, the last one before it is shown. */
  private Tag lane(Film film) {
    List<Frame> drawn = film.frames().stream().filter(this::isDrawn).toList();
    List<String> ids = new ArrayList<>();
    List<String> captions = new ArrayList<>();
    for (Stop stop : stops) {
      Frame shown = drawn.get(0);
      for (Frame frame : drawn) if (Stop.of(frame).compareTo(stop) <= 0) shown = frame;
      ids.add(SampleGrids.id(arms, arm(shown).orElseThrow()));
      captions.add(
          shown.stage().label()
              + (shown.step() > 0 ? ", step " + Numbers.count(shown.step()) : ""));
    }
    return tag("figure")
        .with("data-frames", String.join(" ", ids))
        .with("data-captions", String.join("|", captions))
        .add(tag("figcaption").text(film.name()).add(tag("span", "beneath shown")));
  }

  private boolean isDrawn(Frame frame) {
    return arm(frame).filter(a -> a.samples() != null).isPresent();
  }

  private Optional<Arm> arm(Frame frame) {
    return frame.stage() == Arm.Stage.DENSE
        ? Arms.dense(arms, frame.setting())
        : Arms.find(arms, frame.stage(), frame.setting());
  }
}
