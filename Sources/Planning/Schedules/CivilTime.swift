/// A minute of the calendar and the clock on the wall, of no zone. The calendar is the Gregorian one at all times.
struct CivilTime: Hashable, Sendable {
    var year: Int
    var month: Int
    var day: Int
    var hour = 0
    var minute = 0

    /// The minute that a clock shows, which runs as UTC does from 1970-01-01 00:00 on.
    init(wallSeconds: Int) {
        let minutes = wallSeconds.flooredQuotient(60)
        let days = minutes.flooredQuotient(1440)
        (hour, minute) = ((minutes - days * 1440) / 60, (minutes - days * 1440) % 60)
        // Years that begin in March end with the leap day; 400 of them have 146,097 days, and 1970 began 719,468 days
        // after the March of year 0.
        let shifted = days + 719_468
        let era = shifted.flooredQuotient(146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        // Five months from March on have 153 days.
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// The number of its day, where 1970-01-01 is 0.
    var dayNumber: Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear.flooredQuotient(400)
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    var wallSeconds: Int { (dayNumber * 1440 + hour * 60 + minute) * 60 }

    /// 0 is Sunday: 1970-01-01 was a Thursday.
    var weekday: Int { (dayNumber + 4).flooredRemainder(7) }
}

extension Int {
    /// Rounded towards minus infinity, so that time before 1970 counts on evenly.
    func flooredQuotient(_ divisor: Int) -> Int { (self - flooredRemainder(divisor)) / divisor }

    func flooredRemainder(_ divisor: Int) -> Int {
        let remainder = self % divisor
        return remainder < 0 ? remainder + divisor : remainder
    }
}
