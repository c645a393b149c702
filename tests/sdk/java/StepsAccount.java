// StepsAccount.java: account, configurations, clock, calendar, assets, activities, watchlists.

import com.google.gson.JsonObject;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import net.jacobpeterson.alpaca.model.endpoint.account.Account;
import net.jacobpeterson.alpaca.model.endpoint.account.enums.AccountStatus;
import net.jacobpeterson.alpaca.model.endpoint.accountactivities.AccountActivity;
import net.jacobpeterson.alpaca.model.endpoint.accountactivities.TradeActivity;
import net.jacobpeterson.alpaca.model.endpoint.accountactivities.enums.ActivityType;
import net.jacobpeterson.alpaca.model.endpoint.accountactivities.enums.TradeActivitySide;
import net.jacobpeterson.alpaca.model.endpoint.accountconfiguration.AccountConfiguration;
import net.jacobpeterson.alpaca.model.endpoint.assets.Asset;
import net.jacobpeterson.alpaca.model.endpoint.assets.enums.AssetClass;
import net.jacobpeterson.alpaca.model.endpoint.assets.enums.AssetStatus;
import net.jacobpeterson.alpaca.model.endpoint.calendar.Calendar;
import net.jacobpeterson.alpaca.model.endpoint.clock.Clock;
import net.jacobpeterson.alpaca.model.endpoint.common.enums.SortDirection;
import net.jacobpeterson.alpaca.model.endpoint.portfoliohistory.PortfolioHistory;
import net.jacobpeterson.alpaca.model.endpoint.portfoliohistory.PortfolioHistoryDataPoint;
import net.jacobpeterson.alpaca.model.endpoint.portfoliohistory.enums.PortfolioPeriodUnit;
import net.jacobpeterson.alpaca.model.endpoint.portfoliohistory.enums.PortfolioTimeFrame;
import net.jacobpeterson.alpaca.model.endpoint.watchlist.Watchlist;

final class StepsAccount {
    private StepsAccount() {}

    static void add(Map<String, Harness.Step> steps) {
        steps.put("account_read", StepsAccount::accountRead);
        steps.put("account_wrong_secret", w ->
                w.refused(() -> w.client(World.WRONG).account().get(), 401, 40110000, ""));
        steps.put("configurations_read", StepsAccount::configurationsRead);
        steps.put("configurations_change", StepsAccount::configurationsChange);
        steps.put("clock_read", StepsAccount::clockRead);
        steps.put("calendar_read", StepsAccount::calendarRead);
        steps.put("assets_list", StepsAccount::assetsList);
        steps.put("asset_by_symbol", StepsAccount::assetBySymbol);
        steps.put("asset_by_id", StepsAccount::assetById);
        steps.put("asset_unknown", w -> w.refused(
                () -> w.api.assets().getBySymbol("ZZZZ"), 404, 40410000, "asset not found"));
        steps.put("account_after", StepsAccount::accountAfter);
        steps.put("ledger_agrees", StepsAccount::ledgerAgrees);
        steps.put("activities_fills", StepsAccount::activitiesFills);
        steps.put("activities_pages", StepsAccount::activitiesPages);
        steps.put("activities_by_type", w -> Harness.expectEqual(
                ids(w.api.accountActivities().get(
                        null, null, null, null, null, null, ActivityType.FILL)),
                ids(fills(w, 100, null, null)), "ids"));
        steps.put("portfolio_history", StepsAccount::portfolioHistory);
        steps.put("watchlist_create", StepsAccount::watchlistCreate);
        steps.put("watchlist_list", StepsAccount::watchlistList);
        steps.put("watchlist_add", w -> Harness.expectEqual(
                symbols(w.api.watchlist().addAsset(w.watchlist.getId(), "NVDA")),
                Set.of("AAPL", "MSFT", "NVDA"), "symbols"));
        steps.put("watchlist_remove", w -> Harness.expectEqual(
                symbols(w.api.watchlist().removeSymbol(w.watchlist.getId(), "MSFT")),
                Set.of("AAPL", "NVDA"), "symbols"));
        steps.put("watchlist_update", StepsAccount::watchlistUpdate);
        steps.put("watchlist_delete", StepsAccount::watchlistDelete);
        steps.put("response_headers", StepsAccount::responseHeaders);
    }

    private static void addsUp(Account account) {
        double parts = Harness.number(account.getCash())
                + Harness.number(account.getLongMarketValue())
                + Harness.number(account.getShortMarketValue());
        Harness.expect(Harness.near(parts, Harness.number(account.getEquity()), 0.005), "equity",
                account.getEquity(), parts);
    }

    private static void accountRead(World w) throws Exception {
        Account account = w.api.account().get();
        Harness.expectEqual(account.getStatus(), AccountStatus.ACTIVE, "status");
        Harness.expectEqual(account.getCurrency(), "USD", "currency");
        Harness.expectNumber(account.getCash(), 100000, "cash");
        Harness.expectNumber(account.getLastEquity(), 100000, "last_equity");
        Harness.expect(Harness.number(account.getMultiplier()) >= 2, account.getMultiplier());
        Harness.expect(account.getShortingEnabled(), "shorting_enabled");
        Harness.expect(
                Harness.number(account.getBuyingPower()) >= Harness.number(account.getCash()),
                "buying_power");
        Harness.expect(!account.getTradingBlocked() && !account.getTransfersBlocked()
                && !account.getAccountBlocked() && !account.getTradeSuspendedByUser(), "blocked");
        Harness.expect(account.getCreatedAt() != null && !account.getAccountNumber().isEmpty(),
                "created_at, account_number");
        addsUp(account);
    }

    // Of the configurations this SDK's model holds four.
    private static void configurationsRead(World w) throws Exception {
        AccountConfiguration found = w.api.accountConfiguration().get();
        Harness.expect(!found.getNoShorting() && !found.getSuspendTrade(), found);
        Harness.expect(found.getTradeConfirmEmail() != null, "trade_confirm_email");
    }

    private static void configurationsChange(World w) throws Exception {
        AccountConfiguration before = w.api.accountConfiguration().get();
        AccountConfiguration changed = w.api.accountConfiguration().get();
        changed.setNoShorting(true);
        Harness.expect(w.api.accountConfiguration().set(changed).getNoShorting(), "in the answer");
        Harness.expect(w.api.accountConfiguration().get().getNoShorting(), "kept");
        Harness.expect(!w.api.account().get().getShortingEnabled(), "shorting_enabled");
        w.api.accountConfiguration().set(before);
        Harness.expectEqual(w.api.accountConfiguration().get(), before, "put back");
    }

    private static void clockRead(World w) throws Exception {
        Clock clock = w.api.clock().get();
        Harness.expect(clock.getIsOpen(), "is_open");
        Harness.expect(clock.getTimestamp().isBefore(clock.getNextClose())
                && clock.getNextClose().isBefore(clock.getNextOpen()), clock);
    }

    private static void calendarRead(World w) throws Exception {
        LocalDate today = w.now().toLocalDate();
        List<Calendar> days = w.api.calendar().get(today.minusDays(9), today);
        Harness.expect(days.size() >= 4 && days.size() <= 8, "sessions in ten days:", days.size());
        LocalDate last = LocalDate.MIN;
        for (Calendar day : days) {
            Harness.expect(last.isBefore(day.getDate()), "order of the days");
            last = day.getDate();
            DayOfWeek weekday = last.getDayOfWeek();
            Harness.expect(weekday.compareTo(DayOfWeek.SATURDAY) < 0, "a weekend", last);
        }
        Calendar session = days.get(days.size() - 1);
        Harness.expectEqual(last, today, "last day");
        Harness.expectEqual(session.getOpen(), LocalTime.of(9, 30), "open");
        Harness.expect(session.getOpen().isBefore(session.getClose()), "open before close");
    }

    private static void assetsList(World w) throws Exception {
        List<Asset> assets = w.api.assets().get(AssetStatus.ACTIVE, AssetClass.US_EQUITY);
        Set<String> ids = new HashSet<>();
        Set<String> names = new HashSet<>();
        for (Asset asset : assets) {
            Harness.expectEqual(asset.getStatus(), AssetStatus.ACTIVE, "status");
            ids.add(asset.getId());
            names.add(asset.getSymbol());
        }
        Harness.expect(names.containsAll(World.SYMBOLS), "missing symbols", names);
        Harness.expectEqual(ids.size(), assets.size(), "different ids");
    }

    private static void assetBySymbol(World w) throws Exception {
        Asset asset = w.api.assets().getBySymbol("AAPL");
        Harness.expectEqual(asset.getSymbol(), "AAPL", "symbol");
        Harness.expectEqual(asset.getAssetClass(), AssetClass.US_EQUITY, "class");
        Harness.expect(asset.getTradable() && asset.getMarginable() && asset.getShortable()
                && asset.getEasyToBorrow() && asset.getFractionable(), asset);
        Harness.expect(!asset.getName().isEmpty(), "name");
    }

    private static void assetById(World w) throws Exception {
        Asset asset = w.api.assets().getBySymbol("AAPL");
        Harness.expectEqual(w.api.assets().getBySymbol(asset.getId()), asset, "asset by id");
    }

    private static void accountAfter(World w) throws Exception {
        Account account = w.api.account().get();
        Harness.expectNumber(account.getLongMarketValue(), 0, "long_market_value");
        Harness.expectNumber(account.getShortMarketValue(), 0, "short_market_value");
        Harness.expectEqual(account.getCash(), account.getEquity(), "cash and equity");
        Harness.expect(Harness.near(Harness.number(account.getEquity()), 100000, 5000),
                "equity", account.getEquity());
        addsUp(account);
    }

    private static void ledgerAgrees(World w) throws Exception {
        Account account = w.api.account().get();
        List<JsonObject> found = new ArrayList<>();
        for (var row : w.admin.ledger()) {
            if (row.getAsJsonObject().get("account_number").getAsString()
                    .equals(account.getAccountNumber())) {
                found.add(row.getAsJsonObject());
            }
        }
        Harness.expectEqual(found.size(), 1, "the account in the ledger");
        Harness.expectEqual(0, found.get(0).get("cash").getAsBigDecimal()
                .compareTo(Harness.exact(account.getCash())), "cash");
        Harness.expectEqual(found.get(0).get("positions").getAsJsonArray().size(), 0, "positions");
    }

    /** One type alone the SDK asks for in the path: with another one it is the list of all. */
    private static List<AccountActivity> fills(
            World w, int size, String token, SortDirection direction) throws Exception {
        return w.api.accountActivities().get(null, null, null, direction, size, token,
                ActivityType.FILL, ActivityType.DIV);
    }

    private static List<String> ids(List<AccountActivity> activities) {
        return activities.stream().map(AccountActivity::getId).toList();
    }

    private static void activitiesFills(World w) throws Exception {
        List<AccountActivity> fills = fills(w, 100, null, null);
        Harness.expect(fills.size() >= 12, "fills:", fills.size());
        double net = 0;
        String last = "9";
        for (AccountActivity activity : fills) {
            Harness.expect(activity instanceof TradeActivity, "a fill", activity);
            TradeActivity fill = (TradeActivity) activity;
            Harness.expect(fill.getType() != null, "type", fill);
            double worth = Harness.number(fill.getPrice()) * Harness.number(fill.getQuantity());
            Harness.expect(worth > 0 && fill.getSymbol() != null && fill.getOrderId() != null, fill);
            Harness.expect(fill.getId().matches("\\d{17}::[0-9a-f-]{36}"), "id", fill.getId());
            Harness.expect(fill.getId().substring(0, 17).compareTo(last) <= 0, "newest first");
            last = fill.getId().substring(0, 17);
            // The SDK has no word for a short sale.
            net += fill.getSide() == TradeActivitySide.BUY ? -worth : worth;
        }
        double gained = Harness.number(w.api.account().get().getCash()) - 100000;
        Harness.expect(Harness.near(net, gained, 0.05 + Math.abs(gained) / 10), "the fills made",
                net, "the account", gained);
    }

    private static void activitiesPages(World w) throws Exception {
        List<String> wanted = ids(fills(w, 100, null, null));
        List<String> found = new ArrayList<>();
        for (int size = 4; size == 4;) {
            String token = found.isEmpty() ? null : found.get(found.size() - 1);
            List<String> page = ids(fills(w, 4, token, null));
            size = page.size();
            Harness.expect(size <= 4, "size of the page", size);
            found.addAll(page);
        }
        Harness.expectEqual(found, wanted, "all pages");
        List<String> oldest = ids(fills(w, 3, null, SortDirection.ASCENDING));
        int count = wanted.size();
        Harness.expectEqual(oldest,
                List.of(wanted.get(count - 1), wanted.get(count - 2), wanted.get(count - 3)),
                "oldest first");
    }

    private static void portfolioHistory(World w) throws Exception {
        PortfolioHistory history = w.api.portfolioHistory().get(
                1, PortfolioPeriodUnit.DAY, PortfolioTimeFrame.ONE_MIN, null, null);
        Harness.expect(!history.getDataPoints().isEmpty(), "not empty");
        Harness.expectEqual(history.getTimeframe(), PortfolioTimeFrame.ONE_MIN, "timeframe");
        Harness.expectEqual(history.getBaseValue(), 100000.0, "base_value");
        ZonedDateTime last = null;
        for (PortfolioHistoryDataPoint point : history.getDataPoints()) {
            Harness.expect(last == null || last.isBefore(point.getTimestamp()), "times in order");
            last = point.getTimestamp();
            Harness.expect(
                    Harness.near(point.getEquity() - 100000, point.getProfitLoss(), 0.01), point);
        }
    }

    private static Set<String> symbols(Watchlist list) {
        Set<String> found = new HashSet<>();
        list.getAssets().forEach(asset -> found.add(asset.getSymbol()));
        return found;
    }

    private static String fresh(String name) {
        return name + " " + UUID.randomUUID().toString().substring(0, 8);
    }

    private static void watchlistCreate(World w) throws Exception {
        String name = fresh("liquid");
        w.watchlist = w.api.watchlist().create(name, "AAPL", "MSFT");
        Harness.expectEqual(w.watchlist.getName(), name, "name");
        Harness.expectEqual(symbols(w.watchlist), Set.of("AAPL", "MSFT"), "symbols");
        Harness.expectEqual(
                w.watchlist.getAccountId(), w.api.account().get().getId(), "account_id");
        w.refused(() -> w.api.watchlist().create(name, "AAPL"), 422, 40010001, "unique");
    }

    private static void watchlistList(World w) throws Exception {
        String id = w.watchlist.getId();
        Harness.expect(w.api.watchlist().get().stream().anyMatch(list -> list.getId().equals(id)),
                "it is in the list");
        Harness.expectEqual(
                symbols(w.api.watchlist().get(id)), Set.of("AAPL", "MSFT"), "symbols");
    }

    private static void watchlistUpdate(World w) throws Exception {
        String name = fresh("renamed");
        Watchlist found = w.api.watchlist().update(w.watchlist.getId(), name, "SPY", "QQQ");
        Harness.expectEqual(found.getName(), name, "name");
        Harness.expectEqual(symbols(found), Set.of("SPY", "QQQ"), "symbols");
    }

    private static void watchlistDelete(World w) throws Exception {
        String id = w.watchlist.getId();
        w.api.watchlist().delete(id);
        w.refused(() -> w.api.watchlist().get(id), 404, 40410000, "");
    }

    private static void responseHeaders(World w) throws Exception {
        w.api.clock().get();
        Harness.expect(w.recorder.headers.get("x-request-id") != null, "x-request-id");
        for (String name : List.of("limit", "remaining", "reset")) {
            String value = w.recorder.headers.get("x-ratelimit-" + name);
            Harness.expect(value != null && value.matches("\\d+"), name, value);
        }
    }
}
